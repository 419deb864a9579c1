/** How full the limits of each account were at its last good answer: to leave a provider before it says no (`HANDOVER_AT`). */
import type { WindowUsage } from '../wire/usage-headers.ts'
import type { Payer } from './ledger.ts'

export interface UsageEntry {
  target: string
  place: string
  account: string
  /** Absent when the window binds the whole account. */
  model?: string
  window: string
  used: number
  resetsAtMs: number
}

export interface UsageBook {
  isEmptyAt(nowMs: number): boolean
  note(payer: Payer, windows: readonly WindowUsage[], nowMs: number): void
  /** It answered: windows that were full are not any more, but for those (`told`) of which it said so itself beside its answer. */
  answered(payer: Payer, told: ReadonlySet<string>): void
  /** The window that is over `share`, and ends last. */
  findOver(payer: Payer, share: number, nowMs: number): UsageEntry | undefined
  entries(): UsageEntry[]
  /** What is known together with other processes that share the memory: all of it. */
  learn(all: readonly UsageEntry[]): void
}

const maxEntries = 10_000

export function createUsageBook(known: readonly UsageEntry[] = [], onChange: () => void = () => {}): UsageBook {
  const entries = new Map<string, UsageEntry>()
  let latestMs = 0

  const learn = (all: readonly UsageEntry[]): void => {
    entries.clear()
    for (const entry of all) {
      entries.set(keyOf(entry), entry)
      latestMs = Math.max(latestMs, entry.resetsAtMs)
    }
  }
  learn(known)

  const forget = (nowMs: number): void => {
    for (const [key, { resetsAtMs }] of entries) if (resetsAtMs <= nowMs) entries.delete(key)
    for (const key of entries.keys()) if (entries.size > maxEntries) entries.delete(key)
  }

  /** Of what binds this payer. */
  const binding = ({ target, account, model }: Payer): UsageEntry[] =>
    [...entries.values()]
      .filter((entry) => entry.target === target.name && entry.place === target.url.text)
      .filter((entry) => entry.account === account && (entry.model === undefined || entry.model === model))

  return {
    isEmptyAt: (nowMs) => nowMs >= latestMs,
    note: ({ target, account, model }, windows, nowMs) => {
      for (const { window, used, resetsAtMs, modelOnly } of windows) {
        const concerned = modelOnly ? { model } : {}
        const entry = { target: target.name, place: target.url.text, account, ...concerned, window, used, resetsAtMs }
        const key = keyOf(entry)
        if (isSame(entries.get(key), entry)) continue
        if (!entries.has(key)) forget(nowMs)
        entries.set(key, entry)
        latestMs = Math.max(latestMs, resetsAtMs)
        onChange()
      }
    },
    answered: (payer, told) => {
      const disproved = binding(payer).filter(({ window, used }) => used >= 1 && !told.has(window))
      for (const entry of disproved) entries.delete(keyOf(entry))
      if (disproved.length > 0) onChange()
    },
    findOver: (payer, share, nowMs) =>
      binding(payer)
        .filter(({ used, resetsAtMs }) => used >= share && resetsAtMs > nowMs)
        .sort((a, b) => b.resetsAtMs - a.resetsAtMs)[0],
    entries: () => [...entries.values()],
    learn,
  }
}

function isSame(known: UsageEntry | undefined, { used, resetsAtMs }: UsageEntry): boolean {
  return known?.used === used && known.resetsAtMs === resetsAtMs
}

function keyOf({ target, place, account, model = '', window }: UsageEntry): string {
  return [target, place, account, model, window].join('\n')
}

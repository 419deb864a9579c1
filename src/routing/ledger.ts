/** What is known of spent quotas: who may not be asked, until when and why; and who asks first when that time has come. */
import type { Limit } from '../ir/failure.ts'
import { restsUntil, type Rest } from './rest.ts'
import type { Target } from './target.ts'

export interface LedgerEntry {
  target: string
  /** The URL asked, for people: another provider under the same name is another customer. */
  place: string
  /** Which credential was refused; a digest, never the credential. */
  account: string
  /** Absent when the whole account is concerned. */
  model?: string
  limit: Limit
  /** In a row, without an answer between them. */
  refusals: number
  state: EntryState
}

type EntryState =
  /** Nobody asks before this; whoever comes next after it asks for all. */
  | { is: 'resting'; untilMs: number }
  /** One exchange is asking; `untilMs` is what it goes back to when that tells nothing. */
  | { is: 'probing'; sinceMs: number; untilMs: number }

/** Whose quota an exchange would use at a target. */
export interface Payer {
  target: Target
  account: string
  model: string
}

type Standing =
  | { is: 'free' }
  /** Not to be asked: spent, or somebody else is finding out whether it still is. */
  | { is: 'resting'; entry: LedgerEntry }
  /** May be asked by one exchange. */
  | { is: 'due'; entry: LedgerEntry }

/** One exchange that asks for all. It ends in one of: an answer, a refusal that is recorded, a release. */
export interface Probe {
  succeeded(): void
  refused(payer: Payer, limit: Limit, nowMs: number): void
  /** It told nothing: somebody else may ask. Does nothing after any other end. */
  release(): void
}

export interface Ledger {
  /** True while nothing at all is known: the usual case, in which nobody has to ask further. */
  isEmptyAt(nowMs: number): boolean
  look(payer: Payer, nowMs: number): Standing
  /** For a payer that is due, or whom the person wants asked whatever is known. */
  claim(payer: Payer, nowMs: number): Probe
  record(payer: Payer, limit: Limit, nowMs: number): void
  /** Who rests at this target need not any longer: the next exchange of each asks for all. False when nobody rested. */
  makeDue(target: string, nowMs: number): boolean
  /** What should outlive a restart. */
  entries(): LedgerEntry[]
  /** What is known together with other processes that share the memory: all of it. What they had an answer of is free here too. */
  learn(all: readonly LedgerEntry[]): void
}

/** More spent customers than this are not one installation's. */
const maxEntries = 10_000
/** A probe without an answer keeps the others waiting no longer than this; they may probe too. */
export const probePatienceMs = 30_000
/** Nobody came to ask for so long: then it is not known any more. */
const forgottenAfterMs = 24 * 3_600_000
const sweepEveryMs = 60_000

/** `onChange` is called when what should outlive a restart has changed. */
export function createLedger(known: readonly LedgerEntry[] = [], onChange: () => void = () => {}): Ledger {
  const entries = new Map(known.map((entry) => [keyOfEntry(entry), entry]))
  let sweptAtMs = 0

  const sweep = (nowMs: number): void => {
    sweptAtMs = nowMs
    for (const [key, { state }] of entries) if (nowMs - state.untilMs >= forgottenAfterMs) entries.delete(key)
  }

  const add = (key: string, entry: LedgerEntry): void => {
    // Also the old one of this key: a Map keeps the order in which its keys came, so the first is the oldest.
    const [oldest] = entries.size < maxEntries ? [key] : entries.keys()
    entries.delete(key)
    entries.delete(oldest ?? key)
    entries.set(key, entry)
  }

  const record = (payer: Payer, limit: Limit, nowMs: number, isProbed: (entry: LedgerEntry) => boolean): void => {
    if (limit.scope === 'request') return
    const { target, account, model } = payer
    const concerned = limit.scope === 'model' ? { model } : {}
    const key = keyOf(target.name, target.url.text, account, concerned.model)
    const known = entries.get(key)
    if (known) {
      if (!refuse(known, limit, nowMs, isProbed(known))) return
    } else {
      const state = { is: 'resting', untilMs: restsUntil(limit, 1, nowMs) } as const
      add(key, { target: target.name, place: target.url.text, account, ...concerned, limit, refusals: 1, state })
    }
    onChange()
  }

  const claim = (payer: Payer, nowMs: number): Probe => {
    const claimed = keysOf(payer).flatMap((key) => {
      const entry = entries.get(key)
      if (!entry) return []
      entry.state = { is: 'probing', sinceMs: nowMs, untilMs: entry.state.untilMs }
      return [{ key, entry, state: entry.state }]
    })
    const owns = (entry: LedgerEntry): boolean =>
      claimed.some((claim) => claim.entry === entry && claim.state === entry.state)
    return {
      refused: (refusedPayer, limit, atMs) => record(refusedPayer, limit, atMs, owns),
      succeeded: () => {
        const probed = claimed.filter(({ key, entry }) => entry.state.is === 'probing' && entries.get(key) === entry)
        for (const { key } of probed) entries.delete(key)
        if (probed.length > 0) onChange()
      },
      release: () => {
        for (const { entry, state } of claimed)
          if (entry.state === state) entry.state = { is: 'resting', untilMs: state.untilMs }
      },
    }
  }

  const learn = (all: readonly LedgerEntry[]): void => {
    const resting = new Map(all.map((entry) => [keyOfEntry(entry), entry]))
    for (const key of entries.keys()) if (!resting.has(key)) entries.delete(key)
    // What stays the same may be somebody's probe.
    for (const [key, entry] of resting) if (!restsAlike(entries.get(key), entry)) add(key, entry)
  }

  return {
    isEmptyAt: (nowMs) => {
      if (entries.size > 0 && nowMs - sweptAtMs >= sweepEveryMs) sweep(nowMs)
      return entries.size === 0
    },
    look: (payer, nowMs) => {
      const standings = keysOf(payer).map((key) => standingOf(entries.get(key), nowMs))
      return precedence.flatMap((is) => standings.find((standing) => standing.is === is) ?? [])[0] ?? { is: 'free' }
    },
    claim,
    record: (payer, limit, nowMs) => record(payer, limit, nowMs, () => false),
    makeDue: (target, nowMs) => endRests(entries.values(), target, nowMs, onChange),
    entries: () => [...entries.values()],
    learn,
  }
}

/** False when nobody rested. */
function endRests(entries: Iterable<LedgerEntry>, target: string, nowMs: number, onChange: () => void): boolean {
  const resting = [...entries]
    .filter((entry) => entry.target === target)
    .flatMap(({ state }) => (state.is === 'resting' && state.untilMs > nowMs ? state : []))
  for (const state of resting) state.untilMs = nowMs
  if (resting.length > 0) onChange()
  return resting.length > 0
}

/** The newest word counts when it answers a probe; of several refusals at once, the one that knows of a later reset. False when it tells nothing new. */
function refuse(entry: LedgerEntry, limit: Limit, nowMs: number, isProbe: boolean): boolean {
  const { state } = entry
  if (isProbe) {
    entry.refusals += 1
    entry.limit = limit
    entry.state = { is: 'resting', untilMs: restsUntil(limit, entry.refusals, nowMs) }
    return true
  }
  const untilMs = restsUntil(limit, entry.refusals, nowMs)
  if (untilMs <= state.untilMs) return false
  entry.limit = limit
  state.untilMs = untilMs
  return true
}

const precedence = ['resting', 'due'] as const

function standingOf(entry: LedgerEntry | undefined, nowMs: number): Standing {
  if (!entry) return { is: 'free' }
  const { state } = entry
  switch (state.is) {
    case 'resting':
      return { is: nowMs < state.untilMs ? 'resting' : 'due', entry }
    case 'probing':
      return { is: nowMs - state.sinceMs < probePatienceMs || nowMs < state.untilMs ? 'resting' : 'due', entry }
  }
}

/** How long an entry says that its target rests. */
export function restIn({ state }: LedgerEntry): Rest {
  return state.is === 'resting' ? { untilMs: state.untilMs } : { probedSinceMs: state.sinceMs }
}

/** The account as a whole, and the one model. */
function keysOf({ target, account, model }: Payer): string[] {
  return [keyOf(target.name, target.url.text, account), keyOf(target.name, target.url.text, account, model)]
}

function keyOfEntry({ target, place, account, model }: LedgerEntry): string {
  return keyOf(target, place, account, model)
}

function restsAlike(known: LedgerEntry | undefined, entry: LedgerEntry): boolean {
  return known?.refusals === entry.refusals && known.state.untilMs === entry.state.untilMs
}

function keyOf(target: string, place: string, account: string, model = ''): string {
  return [target, place, account, model].join('\n')
}

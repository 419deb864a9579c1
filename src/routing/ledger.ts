/** What is known of spent quotas: who may not be asked, until when and why. */
import type { Failure, Scope } from '../ir/failure.ts'
import type { Target } from './target.ts'

export interface LedgerEntry {
  target: string
  /** Which credential was refused; a digest, never the credential. */
  account: string
  /** Absent when the whole account is concerned. */
  model?: string
  untilMs: number
  failure: Failure
}

/** Whose quota an exchange would use at a target. */
export interface Payer {
  target: Target
  account: string
  model: string
}

export interface Ledger {
  /** True while nothing at all is spent: the usual case, in which nobody has to ask further. */
  isEmptyAt(nowMs: number): boolean
  /** The entry that forbids asking now, if there is one. */
  find(payer: Payer, nowMs: number): LedgerEntry | undefined
  record(payer: Payer, scope: Scope, untilMs: number, failure: Failure, nowMs: number): void
}

/** More spent customers than this are not one installation's. */
const maxEntries = 10_000

export function createLedger(): Ledger {
  const entries = new Map<string, LedgerEntry>()
  /** When the last of them ends. */
  let latestMs = 0

  const live = (key: string, nowMs: number): LedgerEntry | undefined => {
    const entry = entries.get(key)
    return entry && entry.untilMs > nowMs ? entry : undefined
  }

  const forgetEnded = (nowMs: number): void => {
    for (const [key, entry] of entries) if (entry.untilMs <= nowMs) entries.delete(key)
    // The oldest first: a Map keeps the order in which its keys came.
    for (const key of entries.keys()) {
      if (entries.size < maxEntries) return
      entries.delete(key)
    }
  }

  return {
    isEmptyAt: (nowMs) => nowMs >= latestMs,
    find: ({ target, account, model }, nowMs) =>
      live(keyOf(target.name, account), nowMs) ?? live(keyOf(target.name, account, model), nowMs),
    record: ({ target, account, model }, scope, untilMs, failure, nowMs) => {
      if (scope === 'request') return
      forgetEnded(nowMs)
      const concerned = scope === 'model' ? { model } : {}
      const key = keyOf(target.name, account, concerned.model)
      // Of several refusals at once, the one that knows of a later reset counts.
      if ((entries.get(key)?.untilMs ?? 0) >= untilMs) return
      entries.set(key, { target: target.name, account, ...concerned, untilMs, failure })
      latestMs = Math.max(latestMs, untilMs)
    },
  }
}

function keyOf(target: string, account: string, model = ''): string {
  return `${target}\n${account}\n${model}`
}

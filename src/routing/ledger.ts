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
  readonly isEmpty: boolean
  /** The entry that forbids asking now, if there is one. */
  find(payer: Payer, nowMs: number): LedgerEntry | undefined
  record(payer: Payer, scope: Scope, untilMs: number, failure: Failure): void
}

export function createLedger(): Ledger {
  const entries = new Map<string, LedgerEntry>()

  const live = (key: string, nowMs: number): LedgerEntry | undefined => {
    const entry = entries.get(key)
    if (entry && entry.untilMs <= nowMs) entries.delete(key)
    return entry && entry.untilMs > nowMs ? entry : undefined
  }

  return {
    get isEmpty() {
      return entries.size === 0
    },
    find: ({ target, account, model }, nowMs) =>
      live(keyOf(target.name, account), nowMs) ?? live(keyOf(target.name, account, model), nowMs),
    record: ({ target, account, model }, scope, untilMs, failure) => {
      if (scope === 'request') return
      const concerned = scope === 'model' ? { model } : {}
      const key = keyOf(target.name, account, concerned.model)
      entries.set(key, { target: target.name, account, ...concerned, untilMs, failure })
    },
  }
}

function keyOf(target: string, account: string, model = ''): string {
  return `${target}\n${account}\n${model}`
}

/** One exchange that asks a target for all others: a spent one whose time has come, or one that kept failing. */
import type { Failure, Limit } from '../ir/failure.ts'
import type { Breakers } from './breakers.ts'
import type { Ledger, Payer, Probe } from './ledger.ts'

/** Ends in one of: an answer that begins, a refusal, a failure; else it is released. */
export interface Trial {
  began(nowMs: number): void
  refused(limit: Limit, nowMs: number): void
  /** True when the target is left alone from now on. */
  failed(failure: Failure, nowMs: number): boolean
  /** It told nothing. Does nothing after any other end. */
  release(nowMs: number): void
}

/** The ledger's word is asked for in any case, the breaker's where that has one. */
export function startTrial(payer: Payer, ledger: Ledger, breakers: Breakers, nowMs: number): Trial {
  const probe: Probe = ledger.claim(payer, nowMs)
  breakers.beginProbe(payer, nowMs)
  return {
    began: (atMs) => {
      probe.succeeded()
      breakers.succeeded(payer, atMs)
    },
    refused: (limit, atMs) => {
      probe.refused(payer, limit, atMs)
      // A target that refuses is there.
      breakers.succeeded(payer, atMs)
    },
    failed: (failure, atMs) => breakers.failed(payer, failure, true, atMs),
    release: (atMs) => {
      probe.release()
      breakers.releaseProbe(payer, nowMs, atMs)
    },
  }
}

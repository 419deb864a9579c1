/** Availability of a target that fails without a quota reason, as a tagged union; every change is a function from state to state. */
import type { Failure } from '../ir/failure.ts'
import { probePatienceMs } from './ledger.ts'
import { growing } from './rest.ts'

export type Breaker =
  /** It is asked. `failures` in a row, and of how many answers since `sinceMs`. */
  | { is: 'closed'; inARow: number; failed: number; asked: number; sinceMs: number }
  /** Nobody asks before `untilMs`; whoever comes next after it asks for all. */
  | { is: 'open'; untilMs: number; pauses: number; failure: Failure }
  /** One exchange is asking. */
  | { is: 'probing'; sinceMs: number; pauses: number; failure: Failure }

export type Admission = 'ask' | 'probe' | 'wait'

/** So many failures in a row, and it is no hiccup. */
const mostInARow = 3
/** Or this share of what was asked within a minute, if that was enough to tell: while every second answer is a good one it is worth asking. */
const worstShare = 0.6
const fewestAsked = 20
const rateWindowMs = 60_000

const firstPauseMs = 5000
const longestPauseMs = 2 * 60_000

export function admit(breaker: Breaker, nowMs: number): Admission {
  switch (breaker.is) {
    case 'closed':
      return 'ask'
    case 'open':
      return isOver(breaker.untilMs, nowMs) ? 'probe' : 'wait'
    case 'probing':
      return nowMs - breaker.sinceMs >= probePatienceMs ? 'probe' : 'wait'
  }
}

/** A pause that is longer than the longest is one that somebody has set the clock back in. */
function isOver(untilMs: number, nowMs: number): boolean {
  return nowMs >= untilMs || untilMs - nowMs > longestPauseMs
}

/** The person wants it asked: before its time, but by one exchange all the same. */
export function endPause(breaker: Breaker, nowMs: number): Breaker {
  return breaker.is === 'open' ? { ...breaker, untilMs: Math.min(breaker.untilMs, nowMs) } : breaker
}

/** After `admit` said `probe`. */
export function beginProbe(breaker: Breaker, nowMs: number): Breaker {
  if (breaker.is === 'closed') return breaker
  return { is: 'probing', sinceMs: nowMs, pauses: breaker.pauses, failure: breaker.failure }
}

/** The probe that began at `sinceMs` told nothing: somebody else may ask at once. */
export function releaseProbe(breaker: Breaker, sinceMs: number, nowMs: number): Breaker {
  if (breaker.is !== 'probing' || breaker.sinceMs !== sinceMs) return breaker
  return { is: 'open', untilMs: nowMs, pauses: breaker.pauses, failure: breaker.failure }
}

/** `undefined`: nothing more is known against it. */
export function afterSuccess(breaker: Breaker, nowMs: number): Breaker | undefined {
  switch (breaker.is) {
    case 'closed':
      if (nowMs - breaker.sinceMs >= rateWindowMs) return undefined
      return { ...breaker, inARow: 0, asked: breaker.asked + 1 }
    case 'open':
      // Of an exchange that began before: one answer among many failures.
      return breaker
    case 'probing':
      return undefined
  }
}

/** While a probe is under way only its own failure counts: others began before it. */
export function afterFailure(breaker: Breaker | undefined, failure: Failure, isProbe: boolean, nowMs: number): Breaker {
  if (breaker?.is === 'open') return breaker
  if (breaker?.is === 'probing') return isProbe ? open(failure, breaker.pauses + 1, nowMs) : breaker
  const { inARow, failed, asked, sinceMs } = recent(breaker, nowMs)
  const counted = { inARow: inARow + 1, failed: failed + 1, asked: asked + 1 }
  const isBad = counted.asked >= fewestAsked && counted.failed / counted.asked >= worstShare
  return counted.inARow >= mostInARow || isBad ? open(failure, 1, nowMs) : { is: 'closed', ...counted, sinceMs }
}

function open(failure: Failure, pauses: number, nowMs: number): Breaker {
  return { is: 'open', untilMs: nowMs + growing(firstPauseMs, longestPauseMs, pauses), pauses, failure }
}

/** Failures in a row count however far apart they are; the share only within its window. */
function recent(breaker: Extract<Breaker, { is: 'closed' }> | undefined, nowMs: number) {
  if (breaker && nowMs - breaker.sinceMs < rateWindowMs) return breaker
  return { inARow: breaker?.inARow ?? 0, failed: 0, asked: 0, sinceMs: nowMs }
}

/** The breakers of all targets, one for each customer of a target: what one customer's requests do to it must not close it to the others. */
import type { Failure } from '../ir/failure.ts'
import {
  admit,
  afterFailure,
  afterSuccess,
  beginProbe,
  endPause,
  releaseProbe,
  type Admission,
  type Breaker,
} from './breaker.ts'
import type { Payer } from './ledger.ts'
import type { Rest } from './rest.ts'

/** A target that is left alone, for one of its customers. */
export interface ClosedTo {
  target: string
  place: string
  account: string
  /** The last one. */
  failure: Failure
  rest: Rest
  /** How often it was left alone in a row. */
  pauses: number
}

export interface Breakers {
  /** True while no target has failed lately: the usual case. */
  isEmptyAt(nowMs: number): boolean
  admit(payer: Payer, nowMs: number): Admission
  /** Why it is not asked, and for how long. */
  closedTo(payer: Payer): ClosedTo | undefined
  beginProbe(payer: Payer, nowMs: number): void
  /** Does nothing when the probe that began at `sinceMs` has ended or was taken over. */
  releaseProbe(payer: Payer, sinceMs: number, nowMs: number): void
  succeeded(payer: Payer, nowMs: number): void
  /** Whoever answers at this URL is another than before: what failed there says nothing of it. */
  forget(url: string): void
  /** True when the target is left alone from now on. */
  failed(payer: Payer, failure: Failure, isProbe: boolean, nowMs: number): boolean
  /** Its pauses are over: the next exchange of each customer asks for all. False when it was closed to nobody. */
  makeDue(target: string, nowMs: number): boolean
  entries(): ClosedTo[]
}

const maxBreakers = 10_000
/** Longer than any pause: after so long without a failure none of them means anything. */
const forgottenAfterMs = 10 * 60_000

export function createBreakers(): Breakers {
  const breakers = new Map<string, Breaker>()
  let failedAtMs = 0

  const put = (key: string, breaker: Breaker | undefined): void => {
    if (breaker === undefined) return void breakers.delete(key)
    const [oldest] = breakers.size < maxBreakers ? [] : breakers.keys()
    if (oldest !== undefined && !breakers.has(key)) breakers.delete(oldest)
    breakers.set(key, breaker)
  }

  const change = (payer: Payer, next: (breaker: Breaker) => Breaker | undefined): void => {
    const key = keyOf(payer)
    const breaker = breakers.get(key)
    if (breaker) put(key, next(breaker))
  }

  return {
    isEmptyAt: (nowMs) => {
      if (breakers.size > 0 && nowMs - failedAtMs >= forgottenAfterMs) breakers.clear()
      return breakers.size === 0
    },
    admit: (payer, nowMs) => {
      const breaker = breakers.get(keyOf(payer))
      return breaker ? admit(breaker, nowMs) : 'ask'
    },
    closedTo: (payer) => {
      const key = keyOf(payer)
      const breaker = breakers.get(key)
      return breaker && closedAt(key, breaker)
    },
    beginProbe: (payer, nowMs) => change(payer, (breaker) => beginProbe(breaker, nowMs)),
    releaseProbe: (payer, sinceMs, nowMs) => change(payer, (breaker) => releaseProbe(breaker, sinceMs, nowMs)),
    succeeded: (payer, nowMs) => change(payer, (breaker) => afterSuccess(breaker, nowMs)),
    forget: (url) => {
      for (const key of breakers.keys()) if (key.split('\n')[1] === url) breakers.delete(key)
    },
    failed: (payer, failure, isProbe, nowMs) => {
      const key = keyOf(payer)
      const before = breakers.get(key)
      const after = afterFailure(before, failure, isProbe, nowMs)
      failedAtMs = nowMs
      put(key, after)
      return after.is === 'open' && before?.is !== 'open'
    },
    makeDue: (target, nowMs) => {
      const waiting = [...breakers].filter(
        ([key, breaker]) => key.startsWith(`${target}\n`) && admit(breaker, nowMs) === 'wait' && breaker.is === 'open',
      )
      for (const [key, breaker] of waiting) breakers.set(key, endPause(breaker, nowMs))
      return waiting.length > 0
    },
    entries: () => [...breakers].flatMap(([key, breaker]) => closedAt(key, breaker) ?? []),
  }
}

function closedAt(key: string, breaker: Breaker): ClosedTo | undefined {
  if (breaker.is === 'closed') return undefined
  const { failure, pauses } = breaker
  const [target = '', place = '', account = ''] = key.split('\n')
  const rest = breaker.is === 'open' ? { untilMs: breaker.untilMs } : { probedSinceMs: breaker.sinceMs }
  return { target, place, account, failure, rest, pauses }
}

function keyOf({ target, account }: Payer): string {
  return [target.name, target.url.text, account].join('\n')
}

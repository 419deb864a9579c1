/** How long a spent target is left alone. */
import type { Limit } from '../ir/failure.ts'

/** Nobody asks before `untilMs`; or one exchange has been finding out since `probedSinceMs`. */
export type Rest = { untilMs: number } | { probedSinceMs: number }

/** Where the provider names no time, it is asked again after this, then after twice as long, and so on. */
const firstPauseMs = 30_000
/** Somebody who buys credit should not have to wait longer than this. */
const longestPauseMs = 15 * 60_000

/** The same for a time that is only announced as the latest: it was seen to be over "within minutes" of hours (providers.md 2.2). */
const firstEarlyMs = 5 * 60_000
const longestEarlyMs = 60 * 60_000

/** Until when nobody asks; `refusals` in a row, this one included. A stated reset is believed, however far it is. */
export function restsUntil(limit: Limit, refusals: number, nowMs: number): number {
  const { resetsAtMs } = limit
  if (resetsAtMs === undefined) return nowMs + growing(firstPauseMs, longestPauseMs, refusals)
  if (limit.kind !== 'quota-spent' || !limit.isUpperBound) return resetsAtMs
  return Math.min(resetsAtMs, nowMs + growing(firstEarlyMs, longestEarlyMs, refusals))
}

/** Doubles with each time, up to a bound. */
export function growing(firstMs: number, longestMs: number, times: number): number {
  return Math.min(firstMs * 2 ** (times - 1), longestMs)
}

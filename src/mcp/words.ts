/** Times and counts in words that a model reads as surely as a person. */
import * as z from 'zod'

/** An instant, as {@link isoTime} writes it. */
export const instant = z.string().meta({ format: 'date-time' })

export function isoTime(ms: number): string {
  return new Date(Math.round(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

/** `until 2026-04-21T14:05:00Z, in 2 h 13 min`. */
export function untilWords(untilMs: number, nowMs: number): string {
  return untilMs > nowMs
    ? `until ${isoTime(untilMs)}, in ${durationWords(untilMs - nowMs)}`
    : 'until the next request, which finds out'
}

/** The same where nobody said that something is over then. */
export function tryWords(atMs: number, nowMs: number): string {
  return atMs > nowMs
    ? `tried again at ${isoTime(atMs)}, in ${durationWords(atMs - nowMs)}, as nobody said when it is back`
    : 'tried again by the next request'
}

/** The two largest units: `850 ms`, `4.2 s`, `3 min 5 s`, `2 h 13 min`, `3 days 4 h`. */
export function durationWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 10) return `${(ms / 1000).toFixed(1)} s`
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'min')
  const days = Math.floor(hours / 24)
  return pair(days, days === 1 ? 'day' : 'days', hours % 24, 'h')
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** `1 request`, `3 requests`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

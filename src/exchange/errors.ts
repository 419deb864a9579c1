/** What a client is told of waiting, with an error that nobody could spare it (DESIGN 5). */
import type { Failure } from '../ir/failure.ts'
import type { HeaderList } from '../wire/headers.ts'
import type { HeldAnswer } from './reply/reply.ts'

/** Several SDKs sleep for as long as they are told, hours included (providers.md 2.3). */
const longestRetryAfterSeconds = 60

/** The same answer without a wait that would freeze its client. `isSpent`: no wait that a client would bear helps. */
export function boundRetryAfter(answer: HeldAnswer, isSpent: boolean): HeldAnswer {
  const headers = boundHeaders(answer.headers, isSpent)
  return headers === answer.headers ? answer : { ...answer, headers }
}

export function boundHeaders(headers: HeaderList, isSpent: boolean): HeaderList {
  const fields = pairsOf(headers)
  const tooLong = fields.find(([name, value]) => isTooLong(name.toLowerCase(), value))
  const saysWait = fields.some(([name]) => isWait(name.toLowerCase()))
  if (!tooLong && (saysWait || !isSpent)) return headers
  // The provider may itself say that waiting helps (providers.md 2.2).
  const kept = fields.filter(([name, value]) => {
    const lower = name.toLowerCase()
    return lower !== 'x-should-retry' && !isTooLong(lower, value)
  })
  const trueWait = tooLong ? [['X-Trooper-Retry-After', inSeconds(...tooLong)]] : []
  return [...kept, ...trueWait, ['x-should-retry', 'false']].flat()
}

/** The same answer with what became of the others. */
export function withStory(answer: HeldAnswer, story: string): HeldAnswer {
  return { ...answer, headers: [...answer.headers, 'X-Trooper-Tried', story] }
}

/** The same advice for an answer that Trooper makes itself; none where the failure has nothing to do with time. */
export function retryHeaders(failure: Failure, nowMs: number): HeaderList {
  const resetsAtMs = 'resetsAtMs' in failure ? failure.resetsAtMs : undefined
  if (resetsAtMs === undefined) return failure.kind === 'quota-spent' ? ['x-should-retry', 'false'] : []
  const seconds = String(Math.max(0, Math.ceil((resetsAtMs - nowMs) / 1000)))
  return boundHeaders(['retry-after', seconds], failure.kind === 'quota-spent')
}

function pairsOf(headers: HeaderList): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at] ?? '', headers[at + 1] ?? ''])
  return pairs
}

/** As `retry-after` says it, which is how a person reads it. */
function inSeconds(name: string, value: string): string {
  const ms = name.toLowerCase() === 'retry-after-ms' ? Number(value) : Number.NaN
  return Number.isFinite(ms) ? String(Math.ceil(ms / 1000)) : value
}

function isWait(name: string): boolean {
  return name === 'retry-after' || name === 'retry-after-ms'
}

/** A date is taken as too long: no provider is known to send one (providers.md 2.1). */
function isTooLong(name: string, value: string): boolean {
  if (name === 'retry-after-ms') return !(Number(value) <= longestRetryAfterSeconds * 1000)
  return name === 'retry-after' && !(Number(value) <= longestRetryAfterSeconds)
}

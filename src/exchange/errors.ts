/** A provider's own error on its way to the client, when nobody else could answer. */
import type { HeaderList } from '../wire/headers.ts'
import type { HeldAnswer } from './reply.ts'

/** Several SDKs sleep for as long as they are told, hours included (providers.md 2.3). */
const longestRetryAfterSeconds = 60

/** The same answer with the story of what was tried, and without a wait that would freeze its client. */
export function boundRetryAfter(answer: HeldAnswer, story: string): HeldAnswer {
  const fields = pairsOf(answer.headers)
  const tooLong = fields.find(([name, value]) => isTooLong(name.toLowerCase(), value))
  const kept = fields.filter(([name, value]) => !isTooLong(name.toLowerCase(), value))
  if (!tooLong) return { ...answer, headers: [...kept, ['X-Trooper-Tried', story]].flat() }
  // The provider may itself say that waiting helps (providers.md 2.2).
  const silent = kept.filter(([name]) => name.toLowerCase() !== 'x-should-retry')
  const advice = [
    ['X-Trooper-Retry-After', tooLong[1]],
    ['x-should-retry', 'false'],
    ['X-Trooper-Tried', story],
  ]
  return { ...answer, headers: [...silent, ...advice].flat() }
}

function pairsOf(headers: HeaderList): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at] ?? '', headers[at + 1] ?? ''])
  return pairs
}

/** A date is taken as too long: no provider is known to send one (providers.md 2.1). */
function isTooLong(name: string, value: string): boolean {
  if (name === 'retry-after-ms') return !(Number(value) <= longestRetryAfterSeconds * 1000)
  return name === 'retry-after' && !(Number(value) <= longestRetryAfterSeconds)
}

/** A provider's own error on its way to the client, when nobody else could answer. */
import type { HeaderList } from '../wire/headers.ts'
import type { HeldAnswer } from './reply.ts'

/** Several SDKs sleep for as long as they are told, hours included (providers.md 2.3). */
const longestRetryAfterSeconds = 60

/** The same answer with the story of what was tried, and without a wait that would freeze its client. */
export function boundRetryAfter(answer: HeldAnswer, story: string): HeldAnswer {
  const headers: HeaderList = []
  for (let at = 0; at + 1 < answer.headers.length; at += 2) {
    const name = answer.headers[at] ?? ''
    const value = answer.headers[at + 1] ?? ''
    if (isTooLong(name.toLowerCase(), value)) headers.push('X-Trooper-Retry-After', value, 'x-should-retry', 'false')
    else headers.push(name, value)
  }
  headers.push('X-Trooper-Tried', story)
  return { ...answer, headers }
}

/** A date is taken as too long: no provider is known to send one (providers.md 2.1). */
function isTooLong(name: string, value: string): boolean {
  if (name === 'retry-after-ms') return !(Number(value) <= longestRetryAfterSeconds * 1000)
  return name === 'retry-after' && !(Number(value) <= longestRetryAfterSeconds)
}

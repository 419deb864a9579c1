/** Who answered an exchange, and how fast it spoke. */
import { seamsOf, type AttemptEntry, type Entry } from '../../src/observe/journal/entry.ts'

/** In whose colour an exchange is drawn. */
export type Answerer = 'cloud' | 'local' | 'nobody' | 'open'

export function answererOf(entry: Entry): Answerer {
  const { end } = entry
  if (end.is === 'open') return 'open'
  return answeringAttempt(entry)?.kind ?? 'nobody'
}

/** The one that the client has the end of its answer from. */
function answeringAttempt({ end, attempts }: Entry): AttemptEntry | undefined {
  return end.is === 'answered' ? attempts.findLast(({ target }) => target === end.target) : undefined
}

/** Of a streamed answer that one target gave alone: what it said, by the time from its first content to its end. */
export function tokensPerSecond(entry: Entry): number | undefined {
  const attempt = answeringAttempt(entry)
  if (!entry.isStream || !attempt || seamsOf(entry) > 0) return undefined
  const { contentMs, endMs, usage } = attempt
  if (contentMs === undefined || endMs === undefined || !usage?.outputTokens) return undefined
  return endMs - contentMs < shortestMs ? undefined : usage.outputTokens / ((endMs - contentMs) / 1000)
}

/** What comes in one piece says nothing about a speed. */
const shortestMs = 20

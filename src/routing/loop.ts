/** Where an exchange stands in its conversation: a turn that the local model began with a call is its own to end (DESIGN 7). */
import { isLocalCall } from '../context/call-ids.ts'
import type { ChatRequest } from '../ir/request.ts'

/** On the user's own turn, or between a call and its result. */
export type Loop = 'none' | 'of a local call' | 'of another call'

export function loopOf(request: ChatRequest): Loop {
  const results = lastResults(request)
  if (results.length === 0) return 'none'
  return results.some(isLocalCall) ? 'of a local call' : 'of another call'
}

/** Agents write reminders behind the results, so the last message alone does not tell (real-clients.md 2). */
function lastResults({ messages }: ChatRequest): string[] {
  const since = messages.findLastIndex(({ role }) => role === 'assistant')
  return messages
    .slice(since + 1)
    .flatMap((message) => (message.role === 'tool' ? message.content.map(({ callId }) => callId) : []))
}

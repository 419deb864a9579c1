/** Which tool calls local models made lately: their results belong to a turn that the local model keeps (DESIGN 7). */
import { fitToolId } from '../dialects/tool-id.ts'
import type { Gathered } from '../ir/gathered.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Loop } from '../routing/admission.ts'

export interface LocalCalls {
  note(id: string): void
  /** All calls of an answer that a local model ended. */
  noteAll(answer: Gathered): void
  /** Where a request stands in its conversation. */
  loopOf(request: ChatRequest): Loop
}

/** More than any tool loop has open; the oldest are forgotten first. */
const mostIds = 10_000

export function createLocalCalls(): LocalCalls {
  const ids = new Set<string>()

  const note = (id: string): void => {
    const [oldest] = ids.size < mostIds ? [] : ids
    if (oldest !== undefined) ids.delete(oldest)
    ids.add(fitToolId(id))
  }

  return {
    note,
    noteAll: ({ blocks }) => {
      for (const { part } of blocks) if (part.type === 'tool-call') note(part.id)
    },
    loopOf: (request) => {
      const results = lastResults(request)
      if (results.length === 0) return 'none'
      return results.some((id) => ids.has(fitToolId(id))) ? 'of a local call' : 'of another call'
    },
  }
}

/** Agents write reminders behind the results, so the last message alone does not tell (real-clients.md 2). */
function lastResults({ messages }: ChatRequest): string[] {
  const since = messages.findLastIndex(({ role }) => role === 'assistant')
  return messages
    .slice(since + 1)
    .flatMap((message) => (message.role === 'tool' ? message.content.map(({ callId }) => callId) : []))
}

/** IR events -> the stream of a compaction: exactly one item, which is no message (real-clients.md 3). */
import type { ChatRequest } from '../../ir/request.ts'
import type { AnswerEncoder, AnswerIdentity } from '../dialect.ts'
import { compactionItem, sealedCompactions } from './compaction.ts'
import { encodeUsage, itemId } from './response.ts'
import { beginAnswer, inProgress, tellDone, tellFailure, tellResponse, type Opening } from './writer.ts'

/** While the summary is written nothing may be shown of it; Codex waits as long as it hears of the response (real-clients.md 5). */
export function createCompactionEncoder(
  identity: AnswerIdentity,
  request: ChatRequest,
  opening: Opening,
): AnswerEncoder {
  const { write } = opening
  let summary = ''
  return (event) => {
    switch (event.type) {
      case 'start':
        return beginAnswer(opening, identity, request)
      case 'text-delta':
        summary += event.text
        return inProgress(write, identity, request)
      case 'finish': {
        const item = compactionItem(itemId(identity, 'cmp', 0), summary, sealedCompactions(request.messages))
        const fields = { status: 'completed', usage: encodeUsage(event.usage) }
        const output: string[] = []
        return (
          write('response.output_item.added', { output_index: 0, item }) +
          tellDone(write, output, 0, JSON.stringify(item)) +
          tellResponse(opening, 'response.completed', identity, request, fields, output)
        )
      }
      case 'failure':
        return tellFailure(opening, identity, request, event.failure)
      case 'text-start':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'tool-call-end':
      case 'mcp-list':
      case 'mcp-call-start':
      case 'mcp-call-end':
      case 'mcp-approval':
      case 'opaque':
        return ''
    }
  }
}

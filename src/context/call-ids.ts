/**
 * Ids of the calls that a model makes now: none of them may stand twice in a conversation (providers.md 4.2). Local servers leave them
 * out, give parallel calls the same one, or count from zero again with every answer.
 */
import { fitToolId } from '../dialects/tool-id.ts'
import type { AssistantPart, ChatRequest, Message } from '../ir/request.ts'

/** The id of the next call; the model's own where it is one, and new. `begun` is what the client has of this answer already. */
export function createCallIds(
  { messages }: ChatRequest,
  begun: readonly AssistantPart[],
  unique: () => string,
): (id: string) => string {
  let taken: Set<string> | undefined
  return (id) => {
    taken ??= new Set([...messages.flatMap(callsOf), ...begun.flatMap(idOf)])
    const fresh = id === '' || taken.has(fitToolId(id)) ? `call_${unique()}` : id
    taken.add(fitToolId(fresh))
    return fresh
  }
}

function callsOf(message: Message): string[] {
  return message.role === 'assistant' ? message.content.flatMap(idOf) : []
}

function idOf(part: AssistantPart): string[] {
  return part.type === 'tool-call' ? [fitToolId(part.id)] : []
}

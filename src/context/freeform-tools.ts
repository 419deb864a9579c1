/** Tools that take plain text are known to OpenAI only: everybody else is offered a function with one string (providers.md 4.5). */
import type { ChatRequest, Message, Tool } from '../ir/request.ts'

/** The same request without anything freeform in it; the schema and the input are those of the function already. */
export function asFunctions(request: ChatRequest): ChatRequest {
  const { tools, messages } = request
  return { ...request, tools: tools.map(asFunction), messages: messages.map(asFunctionCalls) }
}

function asFunction(tool: Tool): Tool {
  if (tool.type !== 'function' || !tool.freeform) return tool
  const { freeform: _, ...rest } = tool
  return rest
}

function asFunctionCalls(message: Message): Message {
  if (message.role === 'assistant') {
    const content = message.content.map((part) => (part.type === 'tool-call' ? withoutMark(part) : part))
    return { role: 'assistant', content }
  }
  return message.role === 'tool' ? { role: 'tool', content: message.content.map(withoutMark) } : message
}

function withoutMark<Part extends { freeform?: true }>(part: Part): Omit<Part, 'freeform'> {
  const { freeform: _, ...rest } = part
  return rest
}

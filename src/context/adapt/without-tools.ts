/** For a model that knows no tools: what was done with them is told in words, and none is offered. */
import type { ChatRequest, Message, TextPart, ToolCallPart, ToolResultPart, UserPart, Warn } from '../../ir/request.ts'

export function withoutTools(request: ChatRequest, warn: Warn): ChatRequest {
  const usesTools = request.messages.some(holdsTools)
  if (request.tools.length === 0 && !usesTools) return request
  if (request.tools.length > 0) warn('tools are unknown to this model and were left out')
  return { ...request, tools: [], toolChoice: { type: 'auto' }, messages: request.messages.map(inWords) }
}

function holdsTools({ role, content }: Message): boolean {
  return role === 'tool' || content.some((part) => part.type === 'tool-call')
}

function inWords(message: Message): Message {
  switch (message.role) {
    case 'system':
    case 'user':
      return message
    case 'assistant':
      return {
        role: 'assistant',
        content: message.content.map((part) => (part.type === 'tool-call' ? callInWords(part) : part)),
      }
    case 'tool':
      return { role: 'user', content: message.content.flatMap(resultInWords) }
  }
}

function callInWords({ name, input }: ToolCallPart): TextPart {
  return { type: 'text', text: `[called the tool ${name} with ${input}]` }
}

function resultInWords({ toolName, content, isError }: ToolResultPart): UserPart[] {
  const what = isError ? 'error' : 'result'
  return [{ type: 'text', text: `[${what} of the tool${toolName === undefined ? '' : ` ${toolName}`}]` }, ...content]
}

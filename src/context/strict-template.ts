/**
 * Chat templates of local models are strict: one system message, and that first (local-engines.md 2.3, 3.1: a template
 * that finds another refuses the whole request). Agents send system messages in every position (real-clients.md 2).
 */
import type { ChatRequest, Message, TextPart } from '../ir/request.ts'

/**
 * System messages before the first answer are joined at the head. A later one belongs to its place in the conversation,
 * and moving it would also change the head that the engine has cached: it stays, as marked words of the user.
 */
export function satisfyTemplate(request: ChatRequest): ChatRequest {
  const firstAnswer = request.messages.findIndex((message) => message.role === 'assistant')
  const head = firstAnswer === -1 ? request.messages : request.messages.slice(0, firstAnswer)
  const system = head.flatMap((message) => (message.role === 'system' ? message.content : []))
  const rest = request.messages.filter((message, at) => message.role !== 'system' || at >= head.length)
  const messages = rest.map(asUserWords).reduce(joinNeighbours, [])
  return { ...request, messages: system.length === 0 ? messages : [{ role: 'system', content: system }, ...messages] }
}

function asUserWords(message: Message): Message {
  return message.role === 'system' ? { role: 'user', content: message.content.map(markAsSystem) } : message
}

function markAsSystem(part: TextPart): TextPart {
  return { type: 'text', text: `<system>\n${part.text}\n</system>` }
}

/** Turns alternate: neighbours of one role are one message. */
function joinNeighbours(messages: Message[], message: Message): Message[] {
  const last = messages.at(-1)
  if (last?.role === 'user' && message.role === 'user') {
    messages[messages.length - 1] = { role: 'user', content: [...last.content, ...message.content] }
  } else if (last?.role === 'assistant' && message.role === 'assistant') {
    messages[messages.length - 1] = { role: 'assistant', content: [...last.content, ...message.content] }
  } else messages.push(message)
  return messages
}

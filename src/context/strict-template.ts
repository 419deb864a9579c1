/**
 * Chat templates of local models are strict: one system message, and that first (local-engines.md 2.3, 3.1: a template
 * that finds another refuses the whole request). Agents send system messages in every position (real-clients.md 2).
 */
import type { ChatRequest, Message, Warn } from '../ir/request.ts'
import { asUserWords } from '../ir/system-words.ts'

/**
 * System messages before the first answer are joined at the head. A later one belongs to its place in the conversation,
 * and moving it would also change the head that the engine has cached: it stays, as marked words of the user.
 */
export function satisfyTemplate(request: ChatRequest, warn: Warn): ChatRequest {
  const said = request.messages.filter((message) => saysSomething(message, warn))
  const firstAnswer = said.findIndex((message) => message.role === 'assistant')
  const head = firstAnswer === -1 ? said : said.slice(0, firstAnswer)
  const system = head.flatMap((message) => (message.role === 'system' ? message.content : []))
  const rest = said.filter((message, at) => message.role !== 'system' || at >= head.length)
  const messages = rest.map(asUserWords).reduce(joinNeighbours, [])
  return { ...request, messages: system.length === 0 ? messages : [{ role: 'system', content: system }, ...messages] }
}

/**
 * A turn of the assistant that holds only what its provider alone understands (Codex opens with such items, real-clients.md 3),
 * or reasoning, would be an empty answer.
 */
function saysSomething(message: Message, warn: Warn): boolean {
  if (message.role !== 'assistant') return message.content.length > 0
  if (message.content.some((part) => part.type !== 'opaque' && part.type !== 'reasoning')) return true
  for (const part of message.content) {
    if (part.type === 'opaque') warn(`content '${part.kind}' works only at its provider and was left out`)
  }
  return false
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

/** System messages in the middle of a conversation, for those that take one only at its head. */
import type { ChatRequest, DialectName, Message, TextPart } from '../ir/request.ts'

/**
 * Messages takes them there only of clients that name the version or the beta which brought them (providers.md 4.3): those are
 * Anthropic's own, whose requests are relayed. A message of any other client is told in its place, as marked words of the user.
 */
export function withKnownRoles(request: ChatRequest, dialect: DialectName): ChatRequest {
  if (dialect !== 'anthropic') return request
  const head = request.messages.findIndex(({ role }) => role !== 'system')
  return { ...request, messages: request.messages.map((message, at) => (at < head ? message : asUserWords(message))) }
}

export function asUserWords(message: Message): Message {
  return message.role === 'system' ? { role: 'user', content: message.content.map(markAsSystem) } : message
}

function markAsSystem(part: TextPart): TextPart {
  return { type: 'text', text: `<system>\n${part.text}\n</system>` }
}

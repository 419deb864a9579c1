/** Instructions that stand where a target takes none: told in their place, as marked words of the user. */
import type { Message, TextPart } from './request.ts'

export function asUserWords(message: Message): Message {
  return message.role === 'system' ? { role: 'user', content: message.content.map(markAsSystem) } : message
}

export function markAsSystem(part: TextPart): TextPart {
  return { ...part, text: `<system>\n${part.text}\n</system>` }
}

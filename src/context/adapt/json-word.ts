/** The JSON mode of OpenAI, and of whoever took it over, refuses a conversation in which nobody says "JSON". */
import { jsonPlea } from '../../ir/json-words.ts'
import type { ChatRequest, DialectName, Message } from '../../ir/request.ts'

export function withJsonWord(request: ChatRequest, dialect: DialectName): ChatRequest {
  if (request.output.type === 'text' || request.output.schema !== undefined) return request
  if (dialect !== 'openai-chat' && dialect !== 'openai-responses') return request
  const [first, ...rest] = request.messages
  // Responses has the first system message apart from its input, where the word does not count.
  const counted = dialect === 'openai-responses' && first?.role === 'system' ? rest : request.messages
  if (counted.some(saysJson)) return request
  return { ...request, messages: withPlea(request.messages) }
}

function saysJson({ content }: Message): boolean {
  return content.some((part) => part.type === 'text' && /json/i.test(part.text))
}

/** In the user's first words: they stay the same from turn to turn, as prompt caches want it. */
function withPlea(messages: Message[]): Message[] {
  const at = messages.findIndex(({ role }) => role === 'user')
  if (at === -1) return [...messages, { role: 'user', content: [jsonPlea] }]
  return messages.map((message, place) =>
    place === at && message.role === 'user' ? { ...message, content: [...message.content, jsonPlea] } : message,
  )
}

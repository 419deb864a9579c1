/** What Messages demands of a conversation that OpenAI's dialects do not (providers.md 4.1, 4.2): each of these is a 400 there. */
import type { AssistantPart, ChatRequest, DialectName, Message, UserPart } from '../ir/request.ts'

/** No text of blanks only, the user first, and no blank at the end of what the assistant is to go on with. */
export function keepMessagesRules(request: ChatRequest, dialect: DialectName): ChatRequest {
  if (dialect !== 'anthropic') return request
  const said = request.messages.map(withoutBlanks).filter(({ role, content }) => role === 'tool' || content.length > 0)
  const messages = said.map((message, at) => (at === said.length - 1 ? withCleanEnd(message) : message))
  const first = messages.findIndex(({ role }) => role !== 'system')
  return messages[first]?.role === 'assistant'
    ? { ...request, messages: messages.toSpliced(first, 0, opening) }
    : { ...request, messages }
}

/** Apps show a greeting of the assistant before anybody has asked. */
const opening: Message = { role: 'user', content: [{ type: 'text', text: '[The assistant speaks first.]' }] }

function withoutBlanks(message: Message): Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content.filter(saysSomething) }
    case 'user':
      return { role: 'user', content: message.content.filter(saysSomething) }
    case 'assistant':
      return { role: 'assistant', content: message.content.filter(saysSomething) }
    case 'tool':
      return {
        role: 'tool',
        content: message.content.map((result) => ({ ...result, content: result.content.filter(saysSomething) })),
      }
  }
}

function saysSomething(part: UserPart | AssistantPart): boolean {
  return part.type !== 'text' || part.text.trim() !== ''
}

function withCleanEnd(message: Message): Message {
  const last = message.content.at(-1)
  if (message.role !== 'assistant' || last?.type !== 'text') return message
  return { role: 'assistant', content: [...message.content.slice(0, -1), { ...last, text: last.text.trimEnd() }] }
}

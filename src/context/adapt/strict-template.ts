/**
 * Chat templates of local models are strict: one system message, and that first (local-engines.md 2.3, 3.1: a template
 * that finds another refuses the whole request). Agents send system messages in every position (real-clients.md 2).
 */
import type { ChatRequest, Message, Warn } from '../../ir/request.ts'
import { asUserWords } from '../../ir/system-words.ts'

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
  const messages = joinNeighbours(rest.map(asUserWords))
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

/** Turns alternate: neighbours of one role are one message, however many they are. */
function joinNeighbours(messages: readonly Message[]): Message[] {
  const joined: Message[] = []
  let from = 0
  while (from < messages.length) {
    let to = from + 1
    while (to < messages.length && messages[to]?.role === messages[from]?.role) to += 1
    for (const one of joinAll(messages.slice(from, to))) joined.push(one)
    from = to
  }
  return joined
}

/** Of one role; results of tools stay as they are. */
function joinAll(neighbours: Message[]): Message[] {
  const [first] = neighbours
  if (neighbours.length < 2) return neighbours
  switch (first?.role) {
    case 'user':
      return [{ role: 'user', content: neighbours.flatMap((one) => (one.role === 'user' ? one.content : [])) }]
    case 'assistant':
      return [
        { role: 'assistant', content: neighbours.flatMap((one) => (one.role === 'assistant' ? one.content : [])) },
      ]
    default:
      return neighbours
  }
}

/**
 * Tool calls and their results as every wire but Responses and Ollama demands them (providers.md 4.2): each result right behind its
 * call, none without the other.
 */
import type { AssistantPart, Message, ToolResultPart, UserPart, Warn } from '../ir/request.ts'
import { callInWords, resultInWords } from './without-tools.ts'

/** What stood between a call and its result follows the result. */
export function withResultsInPlace(messages: readonly Message[]): Message[] {
  const placed: Message[] = []
  /** By call, the results behind the message that made it. */
  const places = new Map<string, ToolResultPart[]>()
  for (const message of messages) {
    if (message.role === 'tool') {
      placed.push({ role: 'tool', content: message.content.filter((result) => !isPlaced(result, places)) })
      continue
    }
    const behind: ToolResultPart[] = []
    for (const id of callIdsOf(message)) places.set(id, behind)
    placed.push(message, { role: 'tool', content: behind })
  }
  return placed.filter(({ role, content }) => role !== 'tool' || content.length > 0)
}

/** A call has one result. */
function isPlaced(result: ToolResultPart, places: ReadonlyMap<string, ToolResultPart[]>): boolean {
  const place = places.get(result.callId)
  if (place === undefined || place.some(({ callId }) => callId === result.callId)) return false
  place.push(result)
  return true
}

/** Of messages whose results are in place: a call that nobody answered, and a result that nobody asked for, told in words. */
export function withoutHalfPairs(messages: readonly Message[], warn: Warn): Message[] {
  return messages.map((message, at): Message => {
    if (message.role === 'assistant') {
      const answered = new Set(resultIdsOf(messages[at + 1]))
      return { role: 'assistant', content: message.content.map((part) => withAnswer(part, answered, warn)) }
    }
    const calls = callIdsOf(messages[at - 1])
    if (message.role !== 'tool' || message.content.some(({ callId }) => calls.includes(callId))) return message
    warn('the result of a call that is not there was told in words')
    return { role: 'user', content: message.content.flatMap((result): UserPart[] => resultInWords(result)) }
  })
}

function withAnswer(part: AssistantPart, answered: ReadonlySet<string>, warn: Warn): AssistantPart {
  if (part.type !== 'tool-call' || answered.has(part.id)) return part
  warn('a tool call without a result was told in words')
  return callInWords(part)
}

function callIdsOf(message: Message | undefined): string[] {
  if (message?.role !== 'assistant') return []
  return message.content.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
}

function resultIdsOf(message: Message | undefined): string[] {
  return message?.role === 'tool' ? message.content.map(({ callId }) => callId) : []
}

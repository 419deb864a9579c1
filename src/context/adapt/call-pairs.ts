/**
 * Calls and their results as strict providers want them: every call answered once, right behind the turn that made it, under an id
 * of its own (providers.md 4.2, 4.5). Other wires are laxer: Responses items may stand anywhere, Ollama's calls need no answer.
 */
import type { ChatRequest, Message, TextPart, ToolCallPart, ToolResultPart, Warn } from '../../ir/request.ts'
import { createCallIds } from './call-ids.ts'

/** The same request when every call has its result, which is the usual case. */
export function pairCalls(request: ChatRequest, warn: Warn): ChatRequest {
  const { messages } = request
  if (messages.every((message, at) => isPaired(message, messages[at - 1], messages[at + 1])) && hasOwnIds(messages))
    return request
  return { ...request, messages: pairMessages(messages, warn) }
}

function isPaired(message: Message, before: Message | undefined, after: Message | undefined): boolean {
  if (message.role === 'tool') return callsOf(before).length > 0
  const calls = callsOf(message)
  if (calls.length === 0) return true
  const results = after?.role === 'tool' ? after.content : []
  const answered = new Set(results.map(({ callId }) => callId))
  return results.length === calls.length && calls.every(({ id }) => answered.has(id))
}

function hasOwnIds(messages: readonly Message[]): boolean {
  const ids = new Set([''])
  for (const { content } of messages) {
    for (const part of content) {
      if (part.type !== 'tool-call') continue
      if (ids.has(part.id)) return false
      ids.add(part.id)
    }
  }
  return true
}

function callsOf(message: Message | undefined): ToolCallPart[] {
  return message?.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call') : []
}

/** Results of one id that no call has got yet, in their order. */
interface Waiting {
  results: { result: ToolResultPart; at: number }[]
  /** Those before it are taken, or stand before every call to come. */
  next: number
}

function waitingResults(messages: readonly Message[]): Map<string, Waiting> {
  const waiting = new Map<string, Waiting>()
  for (const [at, message] of messages.entries()) {
    if (message.role !== 'tool') continue
    for (const result of message.content) {
      const known = waiting.get(result.callId) ?? { results: [], next: 0 }
      known.results.push({ result, at })
      waiting.set(result.callId, known)
    }
  }
  return waiting
}

/** Of the first one behind a call. */
function takeResult(waiting: Waiting | undefined, callAt: number): ToolResultPart | undefined {
  if (!waiting) return undefined
  while ((waiting.results[waiting.next]?.at ?? Number.POSITIVE_INFINITY) <= callAt) waiting.next += 1
  const found = waiting.results[waiting.next]?.result
  waiting.next += 1
  return found
}

/** In one pass: a conversation may have hundreds of thousands of them. */
function pairMessages(messages: readonly Message[], warn: Warn): Message[] {
  const waiting = waitingResults(messages)
  const taken = new Set<ToolResultPart>()
  const ownId = createCallIds([])

  const answer = (call: ToolCallPart, callAt: number): ToolResultPart => {
    const found = takeResult(waiting.get(call.id), callAt)
    if (found) taken.add(found)
    else warn('a tool call had no result and was given one that says so')
    return found ?? interrupted(call)
  }

  return messages.flatMap((message, at): Message[] => {
    if (message.role === 'tool') return orphansOf(message.content, taken, warn)
    const pairs = callsOf(message).map((call) => ({ call, result: answer(call, at), id: ownId(call.id) }))
    if (message.role !== 'assistant' || pairs.length === 0) return [message]
    const idOf = new Map(pairs.map(({ call, id }) => [call, id]))
    const content = message.content.map((part) =>
      part.type === 'tool-call' ? { ...part, id: idOf.get(part) ?? part.id } : part,
    )
    return [
      { role: 'assistant', content },
      { role: 'tool', content: pairs.map(({ result, id }) => ({ ...result, callId: id })) },
    ]
  })
}

/** Results that nothing called for, or called for twice; those whose call comes later have been taken by then or never are. */
function orphansOf(results: readonly ToolResultPart[], taken: ReadonlySet<ToolResultPart>, warn: Warn): Message[] {
  const orphans = results.filter((result) => !taken.has(result))
  if (orphans.length === 0) return []
  warn('a tool result without its call was told as text')
  const note: TextPart = { type: 'text', text: '[The result of a tool call that is not part of this conversation]' }
  return [{ role: 'user', content: [note, ...orphans.flatMap(({ content }) => content)] }]
}

function interrupted({ id, freeform }: ToolCallPart): ToolResultPart {
  const content: TextPart[] = [{ type: 'text', text: 'The call was interrupted; there is no result.' }]
  return { type: 'tool-result', callId: id, content, isError: true, ...(freeform && { freeform }) }
}

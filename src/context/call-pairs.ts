/**
 * Calls and their results as strict providers want them: every call answered once, right behind the turn that made it, under an id
 * of its own (providers.md 4.2, 4.5). Other wires are laxer: Responses items may stand anywhere, Ollama's calls need no answer.
 */
import type { ChatRequest, Message, TextPart, ToolCallPart, ToolResultPart, Warn } from '../ir/request.ts'
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
  return results.length === calls.length && calls.every(({ id }) => results.some(({ callId }) => callId === id))
}

function hasOwnIds(messages: readonly Message[]): boolean {
  const ids = messages.flatMap(callsOf).map(({ id }) => id)
  return new Set(ids).size === ids.length && !ids.includes('')
}

function callsOf(message: Message | undefined): ToolCallPart[] {
  return message?.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call') : []
}

interface Open {
  result: ToolResultPart
  /** The message it stands in. */
  at: number
}

function pairMessages(messages: readonly Message[], warn: Warn): Message[] {
  const open: Open[] = messages.flatMap((message, at) =>
    message.role === 'tool' ? message.content.map((result) => ({ result, at })) : [],
  )
  const taken = new Set<Open>()
  const ownId = createCallIds([])

  const answer = (call: ToolCallPart, callAt: number): ToolResultPart => {
    const found = open.find((one) => one.result.callId === call.id && one.at > callAt && !taken.has(one))
    if (found) taken.add(found)
    else warn('a tool call had no result and was given one that says so')
    return found?.result ?? interrupted(call)
  }

  return messages.flatMap((message, at): Message[] => {
    if (message.role === 'tool') return orphansOf(open, taken, at, warn)
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
function orphansOf(open: readonly Open[], taken: ReadonlySet<Open>, at: number, warn: Warn): Message[] {
  const orphans = open.filter((one) => one.at === at && !taken.has(one))
  if (orphans.length === 0) return []
  warn('a tool result without its call was told as text')
  const note: TextPart = { type: 'text', text: '[The result of a tool call that is not part of this conversation]' }
  return [{ role: 'user', content: [note, ...orphans.flatMap(({ result }) => result.content)] }]
}

function interrupted({ id, freeform }: ToolCallPart): ToolResultPart {
  const content: TextPart[] = [{ type: 'text', text: 'The call was interrupted; there is no result.' }]
  return { type: 'tool-result', callId: id, content, isError: true, ...(freeform && { freeform }) }
}

/** Where an exchange stands in its conversation: a turn that the local model began with a call is its own to end (DESIGN 7). */
import { isLocalCall, localCallEnd } from '../context/adapt/call-ids.ts'
import { saysOwnWords } from '../context/fit/own-words.ts'
import { madeHere } from '../dialects/made-here.ts'
import type { ChatRequest, ToolResultPart } from '../ir/request.ts'

/** On the user's own turn, or between a call and its result. */
export type Loop = 'none' | 'of a local call' | 'of another call'

export function loopOf(request: ChatRequest): Loop {
  // A call that it wanted the client's word for is one too.
  if (request.mcp?.approved.some(({ approvalId }) => approvalId?.includes(madeHere))) return 'of a local call'
  const results = lastResults(request)
  if (results.length === 0) return 'none'
  return results.some(isLocalCall) ? 'of a local call' : 'of another call'
}

/**
 * A glance at an unparsed body: false when no call of a local model can be what its end answers to. Three native searches, the last two
 * only behind the last turn of an assistant: ~0.1 ms for 150 KB.
 */
export function mayEndInLocalLoop(body: Buffer): boolean {
  const since = lastTurnOfAssistant(body)
  return body.includes(localCallEnd, since) || body.includes(localApproval, since)
}

/** How the id of a request for the client's word begins, in JSON. */
const localApproval = `"mcpr_${madeHere}`

const assistant = '"assistant"'

/** Zero where there is none. Inside a JSON string every quote is escaped, so a text cannot look like a role. */
function lastTurnOfAssistant(body: Buffer): number {
  let at = body.lastIndexOf(assistant)
  while (at > 0 && !/"role"\s*:\s*$/.test(body.toString('latin1', Math.max(0, at - 16), at)))
    at = body.lastIndexOf(assistant, at - 1)
  return Math.max(0, at)
}

/**
 * Agents write reminders behind the results, so the last message alone does not tell (real-clients.md 2). A person who speaks there has
 * broken the loop off: the turn is theirs.
 */
function lastResults({ messages }: ChatRequest): string[] {
  const since = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1)
  const spoken = since.findLastIndex(saysOwnWords)
  return since.slice(spoken + 1).flatMap((message) => (message.role === 'tool' ? broughtIn(message.content) : []))
}

/** What came within an answer leaves the turn with the user. */
function broughtIn(results: readonly ToolResultPart[]): string[] {
  return results.flatMap(({ callId, isWithin }) => (isWithin ? [] : [callId]))
}

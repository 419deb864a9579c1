/** What an answer held, as the turns of the conversation that it is: calls that ran within it, and their results behind them. */
import { interrupted, toldResult, type AnswerPart, type McpResult } from './answer.ts'
import { mcpToolName, type McpCall } from './mcp.ts'
import type { AssistantPart, Message, ToolCallPart, ToolResultPart } from './request.ts'

/** One message of the assistant where nothing ran within it. Each call stands alone: what came after it may have been said because of its result. */
export function unfold(parts: readonly AnswerPart[]): Message[] {
  const messages: Message[] = []
  let content: AssistantPart[] = []
  for (const part of parts) {
    if (part.type === 'mcp-list' || part.type === 'mcp-approval') continue
    if (part.type !== 'mcp-call') content.push(part)
    else {
      messages.push({ role: 'assistant', content: [...content, callOf(part.call)] }, answerTo(part.call, part.result))
      content = []
    }
  }
  if (content.length > 0 || messages.length === 0) messages.push({ role: 'assistant', content })
  return messages
}

/** A call that was made, and what came of it. */
export function toldCall(call: McpCall, result: McpResult): Message[] {
  return [{ role: 'assistant', content: [callOf(call)] }, answerTo(call, result)]
}

function callOf({ id, server, name, input }: McpCall): ToolCallPart {
  return { type: 'tool-call', id, name: mcpToolName(server, name), input }
}

function answerTo({ id }: McpCall, result: McpResult = interrupted): Message {
  const told: ToolResultPart = { type: 'tool-result', callId: id, ...toldResult(result), isWithin: true }
  return { role: 'tool', content: [told] }
}

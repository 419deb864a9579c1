/** What an answer may hold beyond what a conversation holds: what MCP servers did within it. */
import type { McpCall, McpList } from './mcp.ts'
import type { AssistantPart, FilePart, TextPart } from './request.ts'

/** In a conversation the MCP parts are calls and results as any others (unfold.ts). */
export type AnswerPart = AssistantPart | McpPart

export type McpPart =
  | { type: 'mcp-list'; list: McpList }
  | { type: 'mcp-call'; call: McpCall; result?: McpResult }
  | { type: 'mcp-approval'; call: McpCall }

export type McpResult =
  /** `isError`: the tool itself says that it failed. */
  | { type: 'ran'; content: (TextPart | FilePart)[]; isError: boolean }
  /** The server did not run it. */
  | { type: 'failed'; fault: McpFault }

/** `code`: an HTTP status, or one of JSON-RPC's. */
export interface McpFault {
  kind: 'http' | 'protocol'
  code: number
  message: string
}

/** Of a call whose answer broke off before its result. */
export const interrupted: McpResult = {
  type: 'failed',
  fault: { kind: 'http', code: 503, message: 'The call was interrupted; there is no result.' },
}

/** A result as a model is told it. */
export function toldResult(result: McpResult): { content: (TextPart | FilePart)[]; isError: boolean } {
  return result.type === 'ran'
    ? { content: result.content, isError: result.isError }
    : { content: [{ type: 'text', text: result.fault.message }], isError: true }
}

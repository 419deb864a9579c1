/** Which tools of a server a filter lets through, and which calls wait for the client's word. */
import type { McpFilter, McpServer, McpTool } from '../ir/mcp.ts'

export function passes({ name, annotations }: McpTool, { only, except = [], readOnly }: McpFilter): boolean {
  if (only && !only.includes(name)) return false
  if (except.includes(name)) return false
  return readOnly === undefined || (annotations?.['readOnlyHint'] === true) === readOnly
}

export function mustAsk(tool: McpTool, { unasked: { never, always } }: McpServer): boolean {
  return passes(tool, always) || !passes(tool, never)
}

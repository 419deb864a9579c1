/**
 * What an MCP server does within an answer, at the provider's side of the wire (providers.md 4.3, 4.5): its tools are listed, a model calls
 * them, and the client sees the calls with their results, which it need not answer.
 */
import type { JsonObject } from './json.ts'

/** A server that the client names, for whoever answers to connect to. */
export interface McpServer {
  /** The client's name of it. */
  label: string
  url: string
  /** Sent to it alone, and never logged: they carry its credential. */
  headers: Readonly<Record<string, string>>
  /** Which of its tools a model may see. */
  offered: McpFilter
  /** Which of them run without the client's word, each time: those that `never` lets through and `always` does not. */
  unasked: { never: McpFilter; always: McpFilter }
  /** What it listed earlier in the conversation, or what the client says that it has: it is not asked again. */
  known?: readonly McpTool[]
}

/** Everything passes that no field holds back. */
export interface McpFilter {
  only?: readonly string[]
  except?: readonly string[]
  /** Only tools whose server says so of them. */
  readOnly?: boolean
}

export const anyTool: McpFilter = {}
export const noTool: McpFilter = { only: [] }

/** As its server lists it. */
export interface McpTool {
  name: string
  description?: string
  inputSchema: JsonObject
  annotations?: JsonObject
}

/** The tools of a server, or why there are none. */
export interface McpList {
  server: string
  tools: readonly McpTool[]
  /** It lists more than these. */
  isCut?: true
  error?: string
}

export interface McpCall {
  id: string
  server: string
  /** The server's own name of the tool. */
  name: string
  /** Raw JSON text of an object. */
  input: string
  /** The request by which the client was asked whether it may run. */
  approvalId?: string
}

/** What a request asks of MCP servers. */
export interface McpWishes {
  servers: readonly McpServer[]
  /** Calls that the client has allowed, and nobody has run yet. */
  approved: readonly McpCall[]
  /** A tool of this server has to be called, whichever. */
  forced?: string
}

/** The name that a model is shown, as Anthropic composes it (SDK: BetaToolChangeToolReference). The same for the same tool, always. */
export function mcpToolName(server: string, tool: string): string {
  return `${server}_${tool}`.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
}

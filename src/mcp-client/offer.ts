/** The tools of MCP servers as functions that any model can call, beside the client's own, and the way back from a call to its server. */
import { isObject, numberOf, objectOf, without, type JsonObject } from '../ir/json.ts'
import { mcpToolName, type McpList, type McpServer, type McpTool } from '../ir/mcp.ts'
import type { ChatRequest, FunctionTool, Message, Tool } from '../ir/request.ts'
import { passes } from './passes.ts'

/** A server that Trooper may ask, and what it lists. */
export interface Listed {
  server: McpServer
  list: McpList
}

/** What a call is of. */
export type Called =
  | { is: 'tool'; server: McpServer; tool: McpTool }
  /** A model made it up, or remembers it from when it was there. */
  | { is: 'unknown'; server: McpServer; name: string }

export interface Offer {
  /** The same request with these tools, and without what stood for them. */
  request(request: ChatRequest): ChatRequest
  /** Where the client wants a tool of one server called: with no others, so that it is one of them. */
  force(request: ChatRequest): ChatRequest
  /** With none of them: no more of them may be called. */
  withdraw(request: ChatRequest): ChatRequest
  /** `undefined`: the call is the client's. */
  find(name: string): Called | undefined
  /** The calls that the client allows in one answer. */
  readonly mostCalls: number
}

export function createOffer(asked: ChatRequest, listed: readonly Listed[]): Offer {
  const own = new Set(asked.tools.flatMap((tool) => (tool.type === 'function' ? [tool.name] : [])))
  const tools = nameTools(listed, own)
  const functions = [...tools].map(([name, { tool }]) => asFunction(name, tool))
  const failed = listed.flatMap(({ server, list }) => (list.error === undefined ? [] : [server.label]))
  return {
    mostCalls: numberOf(objectOf(asked.extras['openai-responses'])['max_tool_calls']) ?? Number.POSITIVE_INFINITY,
    request: (request) => {
      const labels = new Set(listed.map(({ server }) => server.label))
      const rest = request.tools.filter((tool) => !standsFor(tool, labels))
      const { anthropic, 'openai-responses': responses, ...extras } = request.extras
      return {
        ...request,
        messages: [...request.messages, ...noteOf(failed, request.messages)],
        tools: [...rest, ...functions],
        extras: {
          ...extras,
          ...(anthropic && { anthropic: withoutServers(anthropic, labels) }),
          ...(responses && { 'openai-responses': without(responses, new Set(['max_tool_calls'])) }),
        },
      }
    },
    force: (request) => {
      const isForced = (tool: Tool): boolean =>
        tool.type === 'function' && tools.get(tool.name)?.server.label === asked.mcp?.forced
      const forced = request.tools.filter(isForced)
      return forced.length === 0 ? request : { ...request, tools: forced, toolChoice: { type: 'required' } }
    },
    withdraw: (request) => ({
      ...request,
      tools: request.tools.filter((tool) => tool.type !== 'function' || !tools.has(tool.name)),
    }),
    find: (name) => tools.get(name) ?? (own.has(name) ? undefined : guess(name, listed)),
  }
}

type OfferedTool = Extract<Called, { is: 'tool' }>

/** Two servers may have tools of one name, and the client one that is called as one of theirs. */
function nameTools(listed: readonly Listed[], own: ReadonlySet<string>): Map<string, OfferedTool> {
  const named = new Map<string, OfferedTool>()
  for (const { server, list } of listed) {
    for (const tool of list.tools.filter((one) => passes(one, server.offered))) {
      const base = mcpToolName(server.label, tool.name)
      let name = base
      for (let count = 2; named.has(name) || own.has(name); count += 1) name = `${base}_${count}`
      named.set(name, { is: 'tool', server, tool })
    }
  }
  return named
}

function asFunction(name: string, { description, inputSchema }: McpTool): FunctionTool {
  const schema = isObject(inputSchema) ? { type: 'object', ...inputSchema } : { type: 'object' }
  return { type: 'function', name, inputSchema: schema, ...(description !== undefined && { description }) }
}

/** Small models leave out the server, or call what they are not offered. */
function guess(name: string, listed: readonly Listed[]): Called | undefined {
  const alike = listed.flatMap(({ server, list }) =>
    list.tools.flatMap((tool): Called[] =>
      tool.name === name && passes(tool, server.offered) ? [{ is: 'tool', server, tool }] : [],
    ),
  )
  if (alike.length === 1) return alike[0]
  const server = listed.find(({ server: { label } }) => name.startsWith(mcpToolName(label, '')))?.server
  return server && { is: 'unknown', server, name: name.slice(mcpToolName(server.label, '').length) }
}

/** In the client's own list of tools. */
function standsFor(tool: Tool, labels: ReadonlySet<string>): boolean {
  if (tool.type !== 'opaque') return false
  const { mcp_server_name, server_label } = tool.value
  const label = tool.kind === 'mcp' ? server_label : tool.kind === 'mcp_toolset' ? mcp_server_name : undefined
  return typeof label === 'string' && labels.has(label)
}

/** Those that nobody asks here are still left out with a word in the log. */
function withoutServers(extras: JsonObject, labels: ReadonlySet<string>): JsonObject {
  const servers = extras['mcp_servers']
  if (!Array.isArray(servers)) return extras
  const rest = servers.filter((server) => {
    const { name } = objectOf(server)
    return typeof name !== 'string' || !labels.has(name)
  })
  const others = without(extras, new Set(['mcp_servers']))
  return rest.length === 0 ? others : { ...others, mcp_servers: rest }
}

/** A model that knows can say why it cannot help; words that it has to go on with stay the last ones. */
function noteOf(failed: readonly string[], messages: readonly Message[]): Message[] {
  if (failed.length === 0 || messages.at(-1)?.role === 'assistant') return []
  const names = failed.map((label) => `'${label}'`).join(', ')
  const text = `These MCP servers cannot be reached now, and their tools cannot be called: ${names}.`
  return [{ role: 'system', content: [{ type: 'text', text }] }]
}

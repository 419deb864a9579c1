/** The MCP servers that a Responses request names as tools (SDK: Tool.Mcp), and what of their calls the client has allowed. */
import {
  arrayOf,
  booleanOf,
  defined,
  isObject,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import { anyTool, noTool, type McpFilter, type McpServer, type McpTool, type McpWishes } from '../../ir/mcp.ts'
import { readApprovals } from './mcp-approvals.ts'
import { decodeMcpItem } from './mcp-items.ts'

/** `tools`: all that the request lists (tools.ts). `undefined` where it has to do with no server. */
export function decodeMcpWishes(
  tools: readonly JsonObject[],
  input: JsonValue | undefined,
  choice: JsonValue | undefined,
): McpWishes | undefined {
  const items = arrayOf(input).map(objectOf)
  const known = knownTools(items)
  const servers = tools
    .flatMap((tool) => decodeServer(tool, known))
    .flatMap((server) => narrow(server, objectOf(choice)))
  const { approved } = readApprovals(items)
  if (servers.length === 0 && approved.length === 0) return undefined
  return { servers, approved, ...defined({ forced: forcedServer(objectOf(choice)) }) }
}

/** With a name it is a choice like any other (tools.ts; SDK: ToolChoiceMcp). */
function forcedServer({ type, server_label, name }: JsonObject): string | undefined {
  return type === 'mcp' && typeof name !== 'string' ? stringOf(server_label) : undefined
}

/** A connector or a tunnel is the provider's alone. */
function decodeServer(tool: JsonObject, lists: ReadonlyMap<string, readonly McpTool[]>): McpServer[] {
  const label = stringOf(tool['server_label'])
  const url = stringOf(tool['server_url'])
  if (tool['type'] !== 'mcp' || label === undefined || url === undefined) return []
  const known = lists.get(label)
  return [
    {
      label,
      url,
      headers: headersOf(tool),
      offered: decodeFilter(tool['allowed_tools'], anyTool),
      unasked: decodeApproval(tool['require_approval']),
      ...defined({ known }),
    },
  ]
}

function headersOf({ authorization, headers }: JsonObject): Record<string, string> {
  const own = Object.entries(objectOf(headers)).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  )
  const token = stringOf(authorization)
  return { ...Object.fromEntries(own), ...(token !== undefined && { authorization: `Bearer ${token}` }) }
}

/** A list of names, or the filter object. */
function decodeFilter(value: JsonValue | undefined, otherwise: McpFilter): McpFilter {
  if (Array.isArray(value)) return { only: namesIn(value) }
  if (!isObject(value)) return otherwise
  const { tool_names, read_only } = value
  const only = Array.isArray(tool_names) ? namesIn(tool_names) : undefined
  return defined({ only, readOnly: booleanOf(read_only) })
}

function namesIn(values: readonly JsonValue[]): string[] {
  return values.filter((name) => typeof name === 'string')
}

/** Every call waits for the client's word, unless the request says that it need not (docs: `always` is the default). */
function decodeApproval(value: JsonValue | undefined): McpServer['unasked'] {
  if (value === 'never') return { never: anyTool, always: noTool }
  const { never, always } = objectOf(value)
  return { never: decodeFilter(never, noTool), always: decodeFilter(always, noTool) }
}

/** `allowed_tools` as the choice leaves only those servers, and those of their tools, that it names. */
function narrow(server: McpServer, choice: JsonObject): McpServer[] {
  if (choice['type'] !== 'allowed_tools') return [server]
  const named = arrayOf(choice['tools'])
    .map(objectOf)
    .filter((tool) => tool['type'] === 'mcp' && tool['server_label'] === server.label)
  if (named.length === 0) return []
  const names = named.map((tool) => stringOf(tool['name']))
  const { only } = server.offered
  if (names.includes(undefined)) return [server]
  const chosen = names.filter((name) => name !== undefined && (only?.includes(name) ?? true))
  return [{ ...server, offered: { ...server.offered, only: chosen.filter((name) => name !== undefined) } }]
}

/** While a list is part of the conversation, nobody asks for it again. */
function knownTools(items: readonly JsonObject[]): ReadonlyMap<string, readonly McpTool[]> {
  const known = new Map<string, readonly McpTool[]>()
  for (const item of items) {
    const part = decodeMcpItem(item)
    if (part?.type === 'mcp-list' && part.list.error === undefined) known.set(part.list.server, part.list.tools)
  }
  return known
}

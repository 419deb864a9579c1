/** Responses tools: wire <-> IR. */
import {
  arrayOf,
  compact,
  defined,
  isObject,
  objectOf,
  stringOf,
  wordOf,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import { mcpToolName } from '../../ir/mcp.ts'
import type { ChatRequest, FunctionTool, Tool, ToolChoice, ToolNamespace, Warn } from '../../ir/request.ts'
import { freeformTool } from '../freeform.ts'
import { reachableChoice } from '../tool-choice.ts'
import { decodeFunction, decodeToolChoice } from '../openai-format.ts'
import { flatNames, flatten } from './namespaces.ts'
import { decodeToolSearch } from './tool-search.ts'

/** The tools of a request: its own list, and those that its input adds or has found (real-clients.md 3, `additional_tools`). */
export function listTools(tools: JsonValue | undefined, input: JsonValue | undefined): JsonObject[] {
  const items = arrayOf(input).map(objectOf)
  const toolsOf = (type: string): JsonObject[] =>
    items.filter((item) => item['type'] === type).flatMap((item) => arrayOf(item['tools']).map(objectOf))
  return [...arrayOf(tools).map(objectOf), ...toolsOf('additional_tools'), ...newest(toolsOf('tool_search_output'))]
}

/** Every search may find the same tool again: what the last one says of it counts. */
function newest(found: JsonObject[]): JsonObject[] {
  const single = found.flatMap((tool) =>
    tool['type'] === 'namespace' ? arrayOf(tool['tools']).map((inner) => ({ ...tool, tools: [inner] })) : [tool],
  )
  const nameOf = (tool: JsonObject): string =>
    flatten([tool]).map(({ tool: { name }, group }) => `${group?.name ?? ''} ${stringOf(name) ?? ''}`)[0] ?? ''
  return [...new Map(single.map((tool) => [nameOf(tool), tool])).values()]
}

export function decodeTools(tools: JsonObject[]): Tool[] {
  const nameOf = flatNames(tools)
  return flatten(tools).map(({ tool, group }) => {
    const decoded = decodeTool(tool)
    if (decoded.type === 'opaque' || group === undefined) return decoded
    const namespace = { group: group.name, name: decoded.name, ...defined({ groupDescription: group.description }) }
    return { ...decoded, name: nameOf(decoded.name, group.name), namespace }
  })
}

function decodeTool(tool: JsonObject): Tool {
  return (
    decodeCallable(tool) ?? { type: 'opaque', dialect: 'openai-responses', kind: wordOf(tool['type']), value: tool }
  )
}

function decodeCallable(tool: JsonObject): FunctionTool | undefined {
  const name = stringOf(tool['name'])
  const search = decodeToolSearch(tool)
  if (search) return search
  if (tool['type'] === 'function') return decodeFunction(tool)
  if (tool['type'] === 'local_shell') return localShell
  if (tool['type'] !== 'custom' || name === undefined) return undefined
  return freeformTool(name, stringOf(tool['description']), isObject(tool['format']) ? tool['format'] : undefined)
}

/** Its calls are items of their own, and their arguments what the item calls its action. */
export const localShellName = 'local_shell'
const localShell: FunctionTool = {
  type: 'function',
  name: localShellName,
  description: "Runs a command on the user's machine, without a shell around it, and returns what it prints.",
  inputSchema: {
    type: 'object',
    properties: {
      command: { type: 'array', items: { type: 'string' }, description: 'The program and its arguments.' },
      working_directory: { type: 'string' },
      timeout_ms: { type: 'integer' },
      env: { type: 'object', description: 'Further environment variables.' },
    },
    required: ['command'],
  },
  builtIn: { dialect: 'openai-responses', kind: 'local_shell', value: { type: 'local_shell' } },
}

/** `allowed_tools` narrows the list and leaves the choice, or the duty to choose, to the model. */
export function decodeChoice(choice: JsonValue | undefined, tools: Tool[]): { toolChoice: ToolChoice; tools: Tool[] } {
  const named = objectOf(choice)
  if (named['type'] !== 'allowed_tools')
    return {
      toolChoice: decodeToolChoice(choice, nameOfChoice(named)),
      tools,
    }
  const allowed = arrayOf(named['tools']).map(
    (tool) => stringOf(objectOf(tool)['name']) ?? stringOf(objectOf(tool)['type']),
  )
  return {
    toolChoice: named['mode'] === 'required' ? { type: 'required' } : { type: 'auto' },
    tools: tools.filter((tool) => allowed.includes(tool.type === 'function' ? plainName(tool) : tool.kind)),
  }
}

/** Of a tool that its dialect knows without a name the type is chosen, of a server's tool both its names. */
function nameOfChoice(choice: JsonObject): string | undefined {
  if (choice['type'] === 'local_shell') return localShellName
  const server = choice['type'] === 'mcp' ? stringOf(choice['server_label']) : undefined
  const name = stringOf(choice['name'])
  if (server !== undefined) return name === undefined ? undefined : mcpToolName(server, name)
  return choice['type'] === undefined ? undefined : stringOf(choice['name'])
}

/** The name that the client knows. */
export function plainName({ name, namespace }: { name: string; namespace?: ToolNamespace }): string {
  return namespace?.name ?? name
}

/** An empty list, and settings without tools, are refused. */
export function encodeTools(request: ChatRequest, warn: Warn): Record<string, JsonValue | undefined> {
  const tools = groupTools(request.tools, warn)
  if (tools.length === 0) return {}
  const choice = reachableChoice(request, 'openai-responses', warn)
  return {
    tools,
    tool_choice: encodeToolChoice(choice, request.tools),
    parallel_tool_calls: request.parallelToolCalls,
  }
}

/** Tools of one namespace stand together in it again. */
function groupTools(tools: Tool[], warn: Warn): JsonObject[] {
  const wire: JsonObject[] = []
  const groups = new Map<string, JsonValue[]>()
  for (const tool of tools) {
    const namespace = tool.type === 'function' ? tool.namespace : undefined
    const encoded = encodeTool(tool, warn)
    if (namespace === undefined) wire.push(...encoded)
    else {
      const members = groups.get(namespace.group) ?? []
      if (members.length === 0) wire.push(group(namespace, members))
      groups.set(namespace.group, members)
      members.push(...encoded)
    }
  }
  return wire
}

function group({ group: name, groupDescription }: ToolNamespace, tools: JsonValue[]): JsonObject {
  return { type: 'namespace', name, description: groupDescription ?? name, tools }
}

function encodeTool(tool: Tool, warn: Warn): JsonObject[] {
  if (tool.type === 'function') return [encodeFunction(tool)]
  if (tool.dialect === 'openai-responses') return [tool.value]
  warn(`tool '${tool.kind}' has no counterpart in Responses and was left out`)
  return []
}

function encodeFunction(tool: FunctionTool): JsonObject {
  const name = plainName(tool)
  const { description, inputSchema, strict = false, freeform, builtIn } = tool
  if (builtIn?.dialect === 'openai-responses') return builtIn.value
  if (freeform) return compact({ type: 'custom', name, ...freeform })
  return compact({ type: 'function', name, description, parameters: inputSchema, strict })
}

function encodeToolChoice(choice: ToolChoice, tools: Tool[]): JsonValue {
  if (choice.type !== 'tool') return choice.type
  const tool = tools.find((known) => known.type === 'function' && known.name === choice.name)
  if (tool?.type !== 'function') return { type: 'function', name: choice.name }
  if (tool.builtIn?.dialect === 'openai-responses') return { type: tool.builtIn.kind }
  return { type: tool.freeform ? 'custom' : 'function', name: plainName(tool) }
}

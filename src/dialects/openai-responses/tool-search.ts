/**
 * Looking for further tools, which the client does itself (`execution: "client"`): Codex keeps those of its MCP servers back and has the model
 * ask for them (real-clients.md 3). For everybody else it is a function; its result names what was found, and the request offers it.
 */
import { exactText } from '../../ir/exact-json.ts'
import { arrayOf, defined, isObject, objectOf, parseJson, stringOf, type JsonObject } from '../../ir/json.ts'
import type { FunctionTool, ToolCallPart, ToolResultPart } from '../../ir/request.ts'
import { flatten, type FlatName } from './namespaces.ts'

const kind = 'tool_search'
const dialect = 'openai-responses'

/** `undefined`: the provider looks for them itself. */
export function decodeToolSearch(tool: JsonObject): FunctionTool | undefined {
  if (tool['type'] !== kind || tool['execution'] !== 'client') return undefined
  const { parameters } = tool
  return {
    type: 'function',
    name: kind,
    inputSchema: isObject(parameters) ? parameters : { type: 'object', properties: {} },
    ...defined({ description: stringOf(tool['description']) }),
    builtIn: { dialect, kind, value: tool },
  }
}

export function isSearchedByClient(item: JsonObject): boolean {
  return item['execution'] === 'client' && stringOf(item['call_id']) !== undefined
}

export function decodeSearchCall(item: JsonObject): ToolCallPart {
  const id = stringOf(item['call_id']) ?? ''
  return { type: 'tool-call', id, name: kind, input: exactText(objectOf(item['arguments'])), item: ownItem(item) }
}

export function decodeSearchResult(item: JsonObject, nameOf: FlatName): ToolResultPart {
  const found = flatten(arrayOf(item['tools']).map(objectOf)).map(({ tool, group }) => {
    const name = nameOf(stringOf(tool['name']) ?? '', group?.name)
    return `- ${name}: ${stringOf(tool['description']) ?? ''}`
  })
  const text = found.length === 0 ? 'No tools were found.' : ['These can be called now:', ...found].join('\n')
  return {
    type: 'tool-result',
    callId: stringOf(item['call_id']) ?? '',
    toolName: kind,
    content: [{ type: 'text', text }],
    isError: false,
    item: ownItem(item),
  }
}

/** An id of a wrong shape is refused, none is not (providers.md 4.5). */
function ownItem(item: JsonObject): JsonObject {
  const { id: _, ...rest } = item
  return rest
}

/** `input` is the raw JSON of the arguments. */
export function searchCallItem(id: string, call_id: string, input: string, status: string): JsonObject {
  return { id, status, call_id, type: 'tool_search_call', execution: 'client', arguments: objectOf(parseJson(input)) }
}

/** What an MCP server does within a Responses answer, as items of its own kinds (SDK: ResponseOutputItem.McpCall, McpListTools, McpApprovalRequest). */
import { interrupted, toldResult, type McpFault, type McpPart, type McpResult } from '../../ir/answer.ts'
import { exactText } from '../../ir/exact-json.ts'
import {
  arrayOf,
  compact,
  defined,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import { mcpToolName, type McpCall, type McpList, type McpTool } from '../../ir/mcp.ts'
import type { FilePart, TextPart } from '../../ir/request.ts'
import { fitName } from '../../wire/fit-name.ts'
import { fitToolId } from '../tool-id.ts'

/** Vercel's SDK refuses a `null` for what is not there. */
export function listItem(id: string, { server, tools, error }: McpList): JsonObject {
  return compact({ id, type: 'mcp_list_tools', server_label: server, tools: tools.map(encodeTool), error })
}

function encodeTool({ name, description, inputSchema, annotations }: McpTool): JsonObject {
  return compact({ name, description, input_schema: inputSchema, annotations })
}

/** Without a result it is under way; `input`: as much of its arguments as the client has been told. */
export function mcpCallItem(id: string, call: McpCall, input: string, result?: McpResult): JsonObject {
  const { server, name, approvalId } = call
  return {
    id,
    type: 'mcp_call',
    status: result ? (isGood(result) ? 'completed' : 'failed') : 'in_progress',
    approval_request_id: approvalId ?? null,
    arguments: input,
    error: result && !isGood(result) ? encodeError(result) : null,
    name,
    output: result && isGood(result) ? textOf(result.content) : null,
    server_label: server,
  }
}

export function isGood(result: McpResult): result is Extract<McpResult, { type: 'ran' }> {
  return result.type === 'ran' && !result.isError
}

function encodeError(result: McpResult): JsonObject {
  if (result.type === 'failed') {
    const { kind, code, message } = result.fault
    return { type: kind === 'http' ? 'http_error' : 'mcp_protocol_error', code, message }
  }
  const content = result.content.map((part) => ({ type: 'text', text: textOf([part]) }))
  return { type: 'mcp_tool_execution_error', content }
}

/** A text here: what is none is named. */
function textOf(content: readonly (TextPart | FilePart)[]): string {
  return content.map((part) => (part.type === 'text' ? part.text : `[${part.mediaType}]`)).join('\n')
}

export function approvalItem(id: string, { server, name, input }: McpCall): JsonObject {
  return { id, type: 'mcp_approval_request', arguments: input, name, server_label: server }
}

/** `undefined` for items of other kinds. */
export function decodeMcpItem(item: JsonObject): McpPart | undefined {
  switch (item['type']) {
    case 'mcp_call':
      return { type: 'mcp-call', call: decodeCall(item), ...defined({ result: decodeOutcome(item) }) }
    case 'mcp_list_tools':
      return { type: 'mcp-list', list: decodeList(item) }
    case 'mcp_approval_request':
      return { type: 'mcp-approval', call: decodeCall(item) }
    default:
      return undefined
  }
}

function decodeCall(item: JsonObject): McpCall {
  return {
    id: stringOf(item['id']) ?? '',
    server: stringOf(item['server_label']) ?? '',
    name: stringOf(item['name']) ?? '',
    input: stringOf(item['arguments']) || '{}',
    ...defined({ approvalId: stringOf(item['approval_request_id']) }),
  }
}

function decodeOutcome({ output, error }: JsonObject): McpResult | undefined {
  if (error) return decodeError(error)
  const text = stringOf(output)
  return text === undefined ? undefined : { type: 'ran', content: [{ type: 'text', text }], isError: false }
}

/** Older versions of the API write it as a text. */
function decodeError(error: JsonValue): McpResult {
  if (!isObject(error)) return { type: 'failed', fault: fault('protocol', 0, stringOf(error)) }
  const { type, code, message, content } = error
  if (type === 'mcp_tool_execution_error') return { type: 'ran', content: decodeTexts(content), isError: true }
  return {
    type: 'failed',
    fault: fault(type === 'http_error' ? 'http' : 'protocol', numberOf(code) ?? 0, stringOf(message)),
  }
}

function fault(kind: McpFault['kind'], code: number, message = 'The call failed.'): McpFault {
  return { kind, code, message }
}

function decodeTexts(content: JsonValue | undefined): TextPart[] {
  const parts = Array.isArray(content) ? content : [content ?? '']
  return parts.map((part) => ({
    type: 'text',
    text: stringOf(part) ?? stringOf(objectOf(part)['text']) ?? exactText(part),
  }))
}

function decodeList(item: JsonObject): McpList {
  const tools = arrayOf(item['tools']).map(objectOf).flatMap(decodeTool)
  return { server: stringOf(item['server_label']) ?? '', tools, ...defined({ error: stringOf(item['error']) }) }
}

function decodeTool(tool: JsonObject): McpTool[] {
  const name = stringOf(tool['name'])
  if (name === undefined) return []
  const schema = tool['input_schema']
  const annotations = isObject(tool['annotations']) ? tool['annotations'] : undefined
  const more = defined({ description: stringOf(tool['description']), annotations })
  return [{ name, inputSchema: isObject(schema) ? schema : { type: 'object' }, ...more }]
}

/** As items that any provider takes: it knows nothing of this call, and its id is none of its own. */
export function callAsInput(item: JsonObject): JsonObject[] {
  const { id, server, name, input } = decodeCall(item)
  const call_id = fitToolId(id)
  const called = { type: 'function_call', call_id, name: fitName(mcpToolName(server, name), longestName) }
  const { content, isError } = toldResult(decodeOutcome(item) ?? interrupted)
  const output = `${isError ? 'Error: ' : ''}${textOf(content)}`
  return [
    { ...called, arguments: input },
    { type: 'function_call_output', call_id, output },
  ]
}

/** As of functions (providers.md 4.6). */
const longestName = 64

/** The client's word on a call, for a provider that did not ask for it. */
export function approvalAsInput(request: JsonObject, approve: boolean): JsonObject {
  const { server, name, input } = decodeCall(request)
  const word = approve ? 'allow' : 'do not allow'
  const text = `I ${word} the call of '${name}' at '${server}' with ${input}.`
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
}

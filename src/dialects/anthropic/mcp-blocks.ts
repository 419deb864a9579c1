/** Calls that an MCP server ran within a Messages answer, as blocks of its own kind (SDK: BetaMCPToolUseBlock, BetaMCPToolResultBlock, BetaMCPToolListingBlock). */
import { toldResult, type AnswerPart, type McpResult } from '../../ir/answer.ts'
import { exactText } from '../../ir/exact-json.ts'
import {
  arrayOf,
  compact,
  defined,
  isObject,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import type { McpCall, McpList, McpTool } from '../../ir/mcp.ts'
import { argumentsObject } from '../arguments.ts'
import { decodeAssistantBlock, decodeResultContent } from './blocks.ts'

/** The provider's own ids have it, and so it is known whose history a block belongs to. */
const prefix = 'mcptoolu_'

function useId({ id }: McpCall): string {
  return id.startsWith(prefix) ? id : prefix + id.replaceAll(/[^a-zA-Z0-9]/g, '')
}

/** As it begins: its input comes in pieces. */
export function begunUse(call: McpCall): JsonObject {
  return { type: 'mcp_tool_use', id: useId(call), name: call.name, server_name: call.server, input: {} }
}

export function encodeUse(call: McpCall): JsonObject {
  return { ...begunUse(call), input: argumentsObject(call.input) }
}

/** Results are texts here: what is none is named, and white space, which is refused in a history, is left out. */
export function encodeResult(call: McpCall, result: McpResult): JsonObject {
  const { content, isError } = toldResult(result)
  const texts = content.map((part) => (part.type === 'text' ? part.text : `[${part.mediaType}]`))
  return {
    type: 'mcp_tool_result',
    tool_use_id: useId(call),
    is_error: isError,
    content: texts.filter((text) => text.trim() !== '').map((text) => ({ type: 'text', text })),
  }
}

/** There is no word here for a server that could not be asked. */
export function encodeListing({ server, tools, error }: McpList): JsonObject[] {
  if (error !== undefined) return []
  return [{ type: 'mcp_tool_listing', mcp_server_name: server, tools: tools.map(encodeTool) }]
}

function encodeTool({ name, description, inputSchema }: McpTool): JsonObject {
  return compact({ name, description, input_schema: inputSchema })
}

/** An assistant's blocks, each use beside its result. */
export function decodeAnswer(blocks: readonly JsonObject[]): AnswerPart[] {
  // Most answers have none.
  if (!blocks.some(isUse)) return blocks.map(decodeAlone)
  const results = new Map(blocks.flatMap((block) => (isResult(block) ? [[block['tool_use_id'], block]] : [])))
  const used = new Set(blocks.flatMap((block) => (isUse(block) ? [block['id']] : [])))
  return blocks.flatMap((block): AnswerPart[] => {
    if (isUse(block)) {
      const result = results.get(block['id'])
      const call = decodeUse(block, exactText(block['input'] ?? {}))
      return [{ type: 'mcp-call', call, ...defined({ result: result && decodeResult(result) }) }]
    }
    return isResult(block) && used.has(block['tool_use_id']) ? [] : [decodeAlone(block)]
  })
}

/** A block that says all by itself. */
function decodeAlone(block: JsonObject): AnswerPart {
  const list = decodeListing(block)
  return list ? { type: 'mcp-list', list } : decodeAssistantBlock(block)
}

export function isUse({ type }: JsonObject): boolean {
  return type === 'mcp_tool_use'
}

export function isResult({ type }: JsonObject): boolean {
  return type === 'mcp_tool_result'
}

export function decodeUse(block: JsonObject, input: string): McpCall {
  return {
    id: stringOf(block['id']) ?? '',
    server: stringOf(block['server_name']) ?? '',
    name: stringOf(block['name']) ?? '',
    input,
  }
}

export function decodeResult(block: JsonObject): McpResult {
  return { type: 'ran', content: decodeResultContent(block['content']), isError: block['is_error'] === true }
}

/** `undefined` for any other block. */
export function decodeListing(block: JsonObject): McpList | undefined {
  if (block['type'] !== 'mcp_tool_listing') return undefined
  return { server: stringOf(block['mcp_server_name']) ?? '', tools: decodeTools(block['tools']) }
}

export function decodeTools(tools: JsonValue | undefined): McpTool[] {
  return arrayOf(tools)
    .map(objectOf)
    .flatMap((tool): McpTool[] => {
      const name = stringOf(tool['name'])
      const schema = tool['input_schema']
      if (name === undefined) return []
      const inputSchema = isObject(schema) ? schema : { type: 'object' }
      return [{ name, inputSchema, ...defined({ description: stringOf(tool['description']) }) }]
    })
}

/** The blocks of a Messages stream in which an MCP server has its part: use, result and listing. */
import { type McpResult } from '../../ir/answer.ts'
import type { Emit } from '../../ir/events.ts'
import { stringOf, type JsonObject } from '../../ir/json.ts'
import type { McpCall, McpList } from '../../ir/mcp.ts'
import {
  begunUse,
  decodeListing,
  decodeResult,
  decodeUse,
  encodeListing,
  encodeResult,
  isResult,
  isUse,
} from './mcp-blocks.ts'

/** Each method is true when the block is one of these. */
interface McpBlocks {
  open(index: number, block: JsonObject): boolean
  extend(index: number, delta: JsonObject): boolean
  close(index: number): boolean
}

/** A use is told when its input is whole. */
export function createMcpDecoder(emit: Emit): McpBlocks {
  const uses = new Map<number, { block: JsonObject; json: string }>()
  const silent = new Set<number>()
  const indexes = new Map<string, number>()
  return {
    open: (index, block) => {
      const list = decodeListing(block)
      const answered = isResult(block) ? indexes.get(stringOf(block['tool_use_id']) ?? '') : undefined
      if (isUse(block)) uses.set(index, { block, json: '' })
      else if (list) emit({ type: 'mcp-list', list })
      else if (answered !== undefined) emit({ type: 'mcp-call-end', index: answered, result: decodeResult(block) })
      else return false
      silent.add(index)
      return true
    },
    extend: (index, delta) => {
      const use = uses.get(index)
      if (use) use.json += stringOf(delta['partial_json']) ?? ''
      return silent.has(index)
    },
    close: (index) => {
      const use = uses.get(index)
      if (use) {
        const call = decodeUse(use.block, use.json === '' ? '{}' : use.json)
        indexes.set(call.id, index)
        emit({ type: 'mcp-call-start', index, call })
      }
      return silent.has(index)
    },
  }
}

interface McpEncoder {
  list(list: McpList): string
  start(index: number, call: McpCall): string
  end(index: number, result: McpResult): string
}

/** `write`: a block that comes at once, with the whole of its input if it has any. */
export function createMcpEncoder(write: (block: JsonObject, input?: string) => string): McpEncoder {
  const running = new Map<number, McpCall>()
  return {
    list: (list) =>
      encodeListing(list)
        .map((block) => write(block))
        .join(''),
    start: (index, call) => {
      running.set(index, call)
      return write(begunUse(call), call.input)
    },
    end: (index, result) => {
      const call = running.get(index)
      return call ? write(encodeResult(call, result)) : ''
    },
  }
}

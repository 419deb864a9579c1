/** The blocks of a Messages stream in which an MCP server has its part: use, result and listing. */
import type { Emit, McpEvent } from '../../ir/events.ts'
import { exactText } from '../../ir/exact-json.ts'
import { objectOf, stringOf, type JsonObject } from '../../ir/json.ts'
import type { McpCall } from '../../ir/mcp.ts'
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

/** True for a frame of such a block, which is told of when all of it is there. A frame of any other costs two looks into empty tables. */
export function createMcpDecoder(emit: Emit): (type: string, index: number, body: JsonObject) => boolean {
  const uses = new Map<number, { block: JsonObject; json: string }>()
  const known = new Set<number>()
  const indexes = new Map<string, number>()

  const open = (index: number, block: JsonObject): void => {
    const list = decodeListing(block)
    const answered = isResult(block) ? indexes.get(stringOf(block['tool_use_id']) ?? '') : undefined
    if (isUse(block)) uses.set(index, { block, json: '' })
    else if (list) emit({ type: 'mcp-list', list })
    else if (answered !== undefined) emit({ type: 'mcp-call-end', index: answered, result: decodeResult(block) })
    else return
    known.add(index)
  }

  const close = (index: number, { block, json }: { block: JsonObject; json: string }): void => {
    const call = decodeUse(block, json === '' ? exactText(block['input'] ?? {}) : json)
    indexes.set(call.id, index)
    emit({ type: 'mcp-call-start', index, call })
  }

  return (type, index, body) => {
    const use = uses.get(index)
    if (type === 'content_block_start') open(index, objectOf(body['content_block']))
    else if (use && type === 'content_block_delta') use.json += stringOf(objectOf(body['delta'])['partial_json']) ?? ''
    else if (use && type === 'content_block_stop') close(index, use)
    return type.startsWith('content_block') && known.has(index)
  }
}

/** `write`: a block that comes at once, with the whole of its input if it has any. */
export function createMcpEncoder(write: (block: JsonObject, input?: string) => string): (event: McpEvent) => string {
  const running = new Map<number, McpCall>()
  return (event) => {
    switch (event.type) {
      case 'mcp-list':
        return encodeListing(event.list)
          .map((block) => write(block))
          .join('')
      case 'mcp-call-start':
        running.set(event.index, event.call)
        return write(begunUse(event.call), event.call.input)
      case 'mcp-call-end': {
        const call = running.get(event.index)
        return call ? write(encodeResult(call, event.result)) : ''
      }
      // Nobody is asked here (mcp-servers.ts).
      case 'mcp-approval':
        return ''
    }
  }
}

/** A whole message as the stream that it would have been, for a client or a decoder that waits for one. */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject } from '../../ir/json.ts'
import { exactText } from '../../ir/exact-json.ts'
import { sseEvent } from '../../wire/sse.ts'

/** `undefined` for anything that is no message. */
export function unroll(message: JsonObject): string | undefined {
  const { content, usage } = message
  if (!Array.isArray(content) || typeof message['stop_reason'] !== 'string') return undefined
  const { stop_reason, stop_sequence = null } = message
  // The SDKs throw without these counts (providers.md 3.2).
  const counts = { input_tokens: 0, output_tokens: 0, ...objectOf(usage) }
  const begun = { ...message, content: [], stop_reason: null, stop_sequence: null, usage: counts }
  return (
    frame('message_start', { message: begun }) +
    arrayOf(content).filter(isObject).map(unrollBlock).join('') +
    frame('message_delta', { delta: { stop_reason, stop_sequence }, usage: counts }) +
    frame('message_stop', {})
  )
}

function unrollBlock(block: JsonObject, index: number): string {
  const delta = (fields: JsonObject): string => frame('content_block_delta', { index, delta: fields })
  const [begun, deltas] = opened(block, delta)
  return frame('content_block_start', { index, content_block: begun }) + deltas + frame('content_block_stop', { index })
}

/** A block as it begins, and what makes it whole. */
function opened(block: JsonObject, delta: (fields: JsonObject) => string): [begun: JsonObject, deltas: string] {
  switch (block['type']) {
    case 'text': {
      const { citations: _, ...rest } = block
      const cited = arrayOf(block['citations']).map((citation) => delta({ type: 'citations_delta', citation }))
      const said = delta({ type: 'text_delta', text: stringOf(block['text']) ?? '' })
      return [{ ...rest, text: '' }, said + cited.join('')]
    }
    case 'thinking': {
      const { thinking = '', signature = '' } = block
      const said = delta({ type: 'thinking_delta', thinking })
      return [{ ...block, thinking: '', signature: '' }, said + delta({ type: 'signature_delta', signature })]
    }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use': {
      const partial_json = exactText(block['input'] ?? {})
      return [{ ...block, input: {} }, delta({ type: 'input_json_delta', partial_json })]
    }
    default:
      return [block, '']
  }
}

function frame(type: string, fields: JsonObject): string {
  return sseEvent(type, exactText({ type, ...fields }))
}

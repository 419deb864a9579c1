/** Takes up a Messages stream where it broke off. */
import type { StreamEvent } from '../../ir/events.ts'
import { numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../ir/json.ts'
import type { Resume } from '../dialect.ts'
import { blocksOf, closeJson, inputOf, missingResults } from './server-tools.ts'
import { createDecoder, createEncoder, frame, sign } from './stream.ts'

export const resume: Resume = (frames, request, nowMs) => {
  const events: StreamEvent[] = []
  const decoder = createDecoder((event) => events.push(event), nowMs)
  for (const seen of frames) decoder.frame(seen)
  const bodies = frames.map(({ data }) => objectOf(parseJson(data)))
  const { message, open, next, hasStopped } = placeOf(bodies)
  if (!message) return undefined
  if (hasStopped) return { events, closing: frame('message_stop', {}), encode: () => '', sign: () => '', isWhole: true }

  const type = open?.type
  // Thoughts nobody else can sign, and a server tool that nobody else runs: they end here.
  const closesHere = open !== undefined && type !== 'text' && type !== 'tool_use'
  if (closesHere && (type === 'thinking' || type === 'redacted_thinking'))
    events.push({ type: 'reasoning-end', index: open.index })
  const closed = closesHere ? closeBlock(bodies, open.index) : ''
  const results = type === 'text' || type === 'tool_use' ? [] : missingResults(blocksOf(bodies))
  const identity = { id: stringOf(message['id']) ?? '', model: stringOf(message['model']) ?? '', createdAtMs: nowMs }
  return {
    events,
    closing: closed + results.map((block, at) => wholeBlock(block, next + at)).join(''),
    encode: createEncoder(identity, request, {
      open: closesHere ? undefined : open?.index,
      next: next + results.length,
    }),
    sign: () => sign,
    isWhole: false,
  }
}

/** A cut input is made whole, so that it can be read. */
function closeBlock(bodies: readonly JsonObject[], index: number): string {
  const partial_json = closeJson(inputOf(bodies, index))
  const delta = { type: 'input_json_delta', partial_json }
  return (
    (partial_json === '' ? '' : frame('content_block_delta', { index, delta })) + frame('content_block_stop', { index })
  )
}

function wholeBlock(content_block: JsonObject, index: number): string {
  return frame('content_block_start', { index, content_block }) + frame('content_block_stop', { index })
}

interface Found {
  message: JsonObject | undefined
  /** Blocks follow one another on this wire: at most one is open. */
  open: { index: number; type: string } | undefined
  next: number
  /** Why it stopped was said already. */
  hasStopped: boolean
}

function placeOf(bodies: readonly JsonObject[]): Found {
  const found: Found = { message: undefined, open: undefined, next: 0, hasStopped: false }
  for (const body of bodies) {
    const index = numberOf(body['index']) ?? 0
    if (body['type'] === 'message_start') found.message = objectOf(body['message'])
    else if (body['type'] === 'content_block_start') {
      found.open = { index, type: stringOf(objectOf(body['content_block'])['type']) ?? '' }
      found.next = Math.max(found.next, index + 1)
    } else if (body['type'] === 'content_block_stop') found.open = undefined
    else if (body['type'] === 'message_delta')
      found.hasStopped ||= typeof objectOf(body['delta'])['stop_reason'] === 'string'
  }
  return found
}

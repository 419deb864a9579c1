/** Takes up a Messages stream where it broke off. */
import type { StreamEvent } from '../../ir/events.ts'
import { numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../ir/json.ts'
import type { Resume } from '../dialect.ts'
import { createDecoder, createEncoder, frame } from './stream.ts'

export const resume: Resume = (frames, request, nowMs) => {
  const events: StreamEvent[] = []
  const decoder = createDecoder((event) => events.push(event), nowMs)
  for (const seen of frames) decoder.frame(seen)
  const { message, open, next, hasStopped } = placeOf(frames.map(({ data }) => objectOf(parseJson(data))))
  if (!message) return undefined
  if (hasStopped) return { events, closing: frame('message_stop', {}), encode: () => '', isWhole: true }

  const type = open?.type
  // Thoughts nobody else can sign, and a server tool that nobody else runs: they end here.
  const closesHere = open !== undefined && type !== 'text' && type !== 'tool_use'
  if (closesHere && (type === 'thinking' || type === 'redacted_thinking'))
    events.push({ type: 'reasoning-end', index: open.index })
  const identity = { id: stringOf(message['id']) ?? '', model: stringOf(message['model']) ?? '', createdAtMs: nowMs }
  return {
    events,
    closing: closesHere ? frame('content_block_stop', { index: open.index }) : '',
    encode: createEncoder(identity, request, { open: closesHere ? undefined : open?.index, next }),
    isWhole: false,
  }
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
    else if (body['type'] === 'message_delta') found.hasStopped = true
  }
  return found
}

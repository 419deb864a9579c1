/** Responses stream -> IR events (providers.md 3.4). The other direction stands in encoder.ts. */
import type { Emit, Finish, StreamEvent, Usage } from '../../ir/events.ts'
import { frameTorn, streamCut, type Failure } from '../../ir/failure.ts'
import { keepGrammar } from '../../ir/grammar.ts'
import { arrayOf, defined, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../ir/json.ts'
import type { Seal } from '../../ir/request.ts'
import { sseEvent, type Frame } from '../../wire/sse.ts'
import type { AnswerDecoder, FrameRole } from '../dialect.ts'
import { freeformInput } from '../freeform.ts'
import { createFrameReader, readFrame } from '../gaps.ts'
import { decodeFailure } from './failure.ts'
import { gapGrammar } from './gaps.ts'
import { decodeMcpItem } from './mcp-items.ts'
import { decodeUsage, failureFields } from './response.ts'

export function createDecoder(onEvent: Emit, nowMs: number): AnswerDecoder {
  const emit = keepGrammar(onEvent)
  /** Items whose text came in deltas: their end repeats it. */
  const streamed = new Set<number>()
  let hasCalls = false

  const open = (index: number, item: JsonObject): void => {
    if (item['type'] === 'message') emit({ type: 'text-start', index })
    else if (item['type'] === 'reasoning') emit({ type: 'reasoning-start', index })
    else if (item['type'] === 'function_call' || item['type'] === 'custom_tool_call') {
      hasCalls = true
      emit({ type: 'tool-call-start', index, id: stringOf(item['call_id']) ?? '', name: stringOf(item['name']) ?? '' })
    }
  }

  const delta = (index: number, event: Extract<StreamEvent, { type: `${string}-delta` }>): void => {
    streamed.add(index)
    emit(event)
  }

  /** What a server only says at the end of an item is said here (the minimal stream of real-clients.md 5). */
  const close = (index: number, item: JsonObject): void => {
    open(index, item)
    const text = streamed.has(index) ? '' : wholeText(item)
    if (item['type'] === 'message') {
      if (text !== '') emit({ type: 'text-delta', index, text })
      emit({ type: 'text-end', index })
    } else if (item['type'] === 'function_call' || item['type'] === 'custom_tool_call') {
      if (text !== '') emit({ type: 'tool-call-delta', index, json: text })
      emit({ type: 'tool-call-end', index })
    } else if (item['type'] === 'reasoning') {
      if (text !== '') emit({ type: 'reasoning-delta', index, text })
      emit({ type: 'reasoning-end', index, ...defined({ seal: sealOf(item) }) })
    } else closeMcp(emit, index, item)
  }

  const take = (type: string, body: JsonObject): void => {
    const index = numberOf(body['output_index']) ?? 0
    const text = stringOf(body['delta']) ?? ''
    const response = objectOf(body['response'])
    switch (type) {
      case 'response.created':
        return emit({ type: 'start', id: stringOf(response['id']) ?? '', model: stringOf(response['model']) ?? '' })
      case 'response.output_item.added':
        return open(index, objectOf(body['item']))
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return delta(index, { type: 'text-delta', index, text })
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return delta(index, { type: 'reasoning-delta', index, text })
      case 'response.function_call_arguments.delta':
        return delta(index, { type: 'tool-call-delta', index, json: text })
      case 'response.output_item.done':
        return close(index, objectOf(body['item']))
      case 'response.completed':
      case 'response.incomplete':
        return emit(finishOf(type, response, hasCalls))
      case 'response.failed':
      case 'response.error':
      case 'error':
        return emit({ type: 'failure', failure: streamFailure(body, nowMs) })
    }
  }

  const read = createFrameReader(gapGrammar, () => emit({ type: 'failure', failure: frameTorn }))
  return {
    frame: (frame) => {
      const body = read(frame)
      if (body) take(typeOf(body), body)
    },
    end: () => emit({ type: 'failure', failure: streamCut }),
  }
}

/** Of a server's call all is known at its end; what is not modelled is opaque. */
function closeMcp(emit: Emit, index: number, item: JsonObject): void {
  const part = decodeMcpItem(item)
  if (part?.type === 'mcp-call') {
    emit({ type: 'mcp-call-start', index, call: part.call })
    if (part.result) emit({ type: 'mcp-call-end', index, result: part.result })
  } else emit(part ?? { type: 'opaque', dialect: 'openai-responses', value: item })
}

/** Proxies in front of the API speak in envelopes of their own, without a type. */
function typeOf(body: JsonObject): string {
  return stringOf(body['type']) ?? (body['error'] ? 'error' : '')
}

/** The text of an item as its end gives it whole. */
function wholeText(item: JsonObject): string {
  const parts = [...arrayOf(item['content']), ...arrayOf(item['summary'])].map(objectOf)
  const texts = parts.map((part) => stringOf(part['text']) ?? stringOf(part['refusal']) ?? '')
  // Plain text on this wire, which comes whole at its end; JSON in the IR, as any call's.
  if (item['type'] === 'custom_tool_call') return freeformInput(stringOf(item['input']) ?? '')
  return stringOf(item['arguments']) ?? texts.join('')
}

function sealOf(item: JsonObject): Seal | undefined {
  const value = stringOf(item['encrypted_content'])
  if (value === undefined) return undefined
  return { dialect: 'openai-responses', kind: 'encrypted', value, ...defined({ id: stringOf(item['id']) }) }
}

function finishOf(type: string, response: JsonObject, hasCalls: boolean): Finish {
  const usage: Usage = decodeUsage(objectOf(response['usage']))
  const rawReason = stringOf(objectOf(response['incomplete_details'])['reason'])
  if (rawReason === 'content_filter') return { type: 'finish', reason: 'content-filter', rawReason, usage }
  // Without a stated reason an incomplete answer is still one that was cut short.
  if (rawReason !== undefined || type === 'response.incomplete')
    return { type: 'finish', reason: 'length', ...defined({ rawReason }), usage }
  return { type: 'finish', reason: hasCalls ? 'tool-calls' : 'stop', usage }
}

function streamFailure(body: JsonObject, nowMs: number): Failure {
  return decodeFailure({ status: undefined, headers: {}, body, text: '', nowMs })
}

/** OpenRouter has one of its own (providers.md 3.4). */
const failures = new Set(['error', 'response.failed', 'response.error'])

const preamble = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.content_part.added',
  'keepalive',
  'codex.rate_limits',
])

/** An announced message is preamble; reasoning, a call or a server tool is already content. */
export function judgeFrame(frame: Frame): FrameRole {
  const body = readFrame(frame)
  if (body === 'noise' || body === 'torn') return frame.data === '[DONE]' ? 'closing' : body
  const type = typeOf(body) || (frame.event ?? '')
  if (failures.has(type)) return 'failure'
  if (type === 'response.output_item.added') return roleOfItem(stringOf(objectOf(body['item'])['type']))
  if (type.startsWith('response.reasoning')) return 'reasoning'
  if (type === 'response.completed' || type === 'response.incomplete') return 'end'
  return preamble.has(type) || body['delta'] === '' ? 'preamble' : 'content'
}

function roleOfItem(type: string | undefined): FrameRole {
  if (type === 'message') return 'preamble'
  return type === 'reasoning' ? 'reasoning' : 'content'
}

/** For a relayed stream, whose response object is the provider's: the documented flat error event, with the next number in order. */
export function encodeFailureFrame(failure: Failure, last?: Frame): string {
  const before = numberOf(objectOf(parseJson(last?.data ?? ''))['sequence_number']) ?? -1
  const event = { type: 'error', sequence_number: before + 1, ...failureFields(failure), param: null }
  return sseEvent('error', JSON.stringify(event))
}

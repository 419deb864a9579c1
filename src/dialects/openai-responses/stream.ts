/** Responses stream -> IR events (providers.md 3.4). The other direction stands in encoder.ts. */
import type { Emit, StreamEvent, Usage } from '../../ir/events.ts'
import type { Failure } from '../../ir/failure.ts'
import { isObject, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../ir/json.ts'
import { sseEvent, type Frame } from '../../wire/sse.ts'
import type { AnswerDecoder, FrameRole } from '../dialect.ts'
import { decodeFailure } from './failure.ts'
import { decodeUsage, failureFields } from './response.ts'

type Kind = 'text' | 'reasoning' | 'tool-call'

export function createDecoder(emit: Emit, nowMs: number): AnswerDecoder {
  const blocks = new Map<number, Kind>()
  let hasCalls = false
  let ended = false

  const end = (event: Extract<StreamEvent, { type: 'finish' | 'failure' }>): void => {
    if (!ended) emit(event)
    ended = true
  }

  const open = (index: number, item: JsonObject): void => {
    const kind = kindOf(item['type'])
    if (kind === undefined || blocks.has(index)) return
    blocks.set(index, kind)
    if (kind !== 'tool-call') return emit({ type: `${kind}-start`, index })
    hasCalls = true
    emit({ type: 'tool-call-start', index, id: stringOf(item['call_id']) ?? '', name: stringOf(item['name']) ?? '' })
  }

  const delta = (index: number, text: string): void => {
    const kind = blocks.get(index)
    if (kind === 'tool-call') emit({ type: 'tool-call-delta', index, json: text })
    else if (kind) emit({ type: `${kind}-delta`, index, text })
  }

  const close = (index: number, item: JsonObject): void => {
    const kind = blocks.get(index)
    if (kind === undefined) return emit({ type: 'opaque', dialect: 'openai-responses', value: item })
    blocks.delete(index)
    const value = kind === 'reasoning' ? stringOf(item['encrypted_content']) : undefined
    if (value === undefined) return emit({ type: `${kind}-end`, index })
    const id = stringOf(item['id'])
    const seal = { dialect: 'openai-responses', kind: 'encrypted', value, ...(id === undefined ? {} : { id }) } as const
    emit({ type: 'reasoning-end', index, seal })
  }

  const take = (type: string, body: JsonObject): void => {
    const index = numberOf(body['output_index']) ?? 0
    const response = objectOf(body['response'])
    switch (type) {
      case 'response.created':
        return emit({ type: 'start', id: stringOf(response['id']) ?? '', model: stringOf(response['model']) ?? '' })
      case 'response.output_item.added':
        return open(index, objectOf(body['item']))
      case 'response.output_text.delta':
      case 'response.refusal.delta':
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
      case 'response.function_call_arguments.delta':
        return delta(index, stringOf(body['delta']) ?? '')
      case 'response.output_item.done':
        return close(index, objectOf(body['item']))
      case 'response.completed':
      case 'response.incomplete':
        return end(finishOf(response, hasCalls))
      case 'response.failed':
      case 'error':
        return end({ type: 'failure', failure: streamFailure(body, nowMs) })
    }
  }

  return {
    frame: ({ data }) => {
      const body = parseJson(data)
      if (isObject(body) && !ended) take(stringOf(body['type']) ?? '', body)
    },
    end: () =>
      end({
        type: 'failure',
        failure: { kind: 'malformed-answer', message: 'The stream ended in the middle of the answer.' },
      }),
  }
}

function kindOf(type: unknown): Kind | undefined {
  if (type === 'message') return 'text'
  if (type === 'reasoning') return 'reasoning'
  return type === 'function_call' ? 'tool-call' : undefined
}

function finishOf(response: JsonObject, hasCalls: boolean): Extract<StreamEvent, { type: 'finish' }> {
  const usage: Usage = decodeUsage(objectOf(response['usage']))
  const rawReason = stringOf(objectOf(response['incomplete_details'])['reason'])
  if (rawReason === undefined) return { type: 'finish', reason: hasCalls ? 'tool-calls' : 'stop', usage }
  return { type: 'finish', reason: rawReason === 'content_filter' ? 'content-filter' : 'length', rawReason, usage }
}

function streamFailure(body: JsonObject, nowMs: number): Failure {
  return decodeFailure({ status: undefined, headers: {}, body, text: '', nowMs })
}

const preamble = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.content_part.added',
  'keepalive',
  'codex.rate_limits',
])

/** An announced message is preamble; reasoning, a call or a server tool is already content. */
export function judgeFrame({ event, data }: Frame): FrameRole {
  const body = objectOf(parseJson(data))
  const type = stringOf(body['type']) ?? event ?? ''
  if (type === 'error' || type === 'response.failed') return 'failure'
  if (type === 'response.output_item.added')
    return objectOf(body['item'])['type'] === 'message' ? 'preamble' : 'content'
  return preamble.has(type) ? 'preamble' : 'content'
}

/** For a relayed stream, whose response object is the provider's: the documented flat error event. */
export function encodeFailureFrame(failure: Failure): string {
  return sseEvent('error', JSON.stringify({ type: 'error', ...failureFields(failure), param: null }))
}

/** Answers of the Messages API, whole and streamed (providers.md 3.1). */

import { type JsonObject, stringOf } from '../../src/ir/json.ts'
import { type Answer, type Frame, splitJson, splitWords } from './answer.ts'

/** Signs a thinking block; the check of later requests asks the same function (providers.md 4.1). */
export type Sign = (thinking: string) => string

const stopReasons = { stop: 'end_turn', length: 'max_tokens', refusal: 'refusal' } as const

export function anthropicMessage(answer: Answer, sign: Sign): JsonObject {
  return {
    ...envelope(answer),
    content: blocks(answer, sign),
    stop_reason: stopReason(answer),
    stop_sequence: null,
    usage: { input_tokens: answer.inputTokens, output_tokens: answer.outputTokens },
  }
}

export function* anthropicStream(answer: Answer, sign: Sign): Generator<Frame> {
  yield event({
    type: 'message_start',
    message: {
      ...envelope(answer),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: answer.inputTokens, output_tokens: 1 },
    },
  })
  let index = 0
  for (const block of blocks(answer, sign)) {
    yield event({ type: 'content_block_start', index, content_block: emptied(block) })
    if (index === 0) yield event({ type: 'ping' })
    for (const delta of deltas(block)) yield event({ type: 'content_block_delta', index, delta }, true)
    yield event({ type: 'content_block_stop', index })
    index += 1
  }
  yield event({
    type: 'message_delta',
    delta: { stop_reason: stopReason(answer), stop_sequence: null },
    usage: { output_tokens: answer.outputTokens },
  })
  yield event({ type: 'message_stop' })
}

/** With the spaces of the documented literal (providers.md 3.1). */
export const anthropicErrorFrame =
  'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n'
export const anthropicErrorBody =
  '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"}'

/** Good answers carry the state of the budget too (providers.md 2.1). */
export function anthropicOkHeaders(answer: Answer): Record<string, string> {
  return {
    'request-id': `req_01${answer.serial}`,
    'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': '2026-11-22T10:00:02Z',
  }
}

export function messageId({ serial }: Answer): string {
  return `msg_01${serial}`
}

function envelope(answer: Answer): JsonObject {
  return { id: messageId(answer), type: 'message', role: 'assistant', model: answer.model }
}

function stopReason(answer: Answer): string {
  return answer.calls.length > 0 && answer.finish === 'stop' ? 'tool_use' : stopReasons[answer.finish]
}

function blocks(answer: Answer, sign: Sign): JsonObject[] {
  const all: JsonObject[] = []
  if (answer.thinking !== undefined) {
    all.push({ type: 'thinking', thinking: answer.thinking, signature: sign(answer.thinking) })
  }
  if (answer.redacted !== undefined) all.push({ type: 'redacted_thinking', data: sign(answer.redacted) })
  if (answer.text !== '') all.push({ type: 'text', text: answer.text })
  for (const { id, name, input } of answer.calls) all.push({ type: 'tool_use', id, name, input })
  return all
}

function emptied(block: JsonObject): JsonObject {
  switch (block['type']) {
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'tool_use':
      return { ...block, input: {} }
    case 'redacted_thinking':
      return block
    default:
      return { type: 'text', text: '' }
  }
}

function deltas(block: JsonObject): JsonObject[] {
  switch (block['type']) {
    case 'thinking':
      return [
        ...splitWords(stringOf(block['thinking']) ?? '').map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block['signature'] ?? '' },
      ]
    case 'redacted_thinking':
      return []
    case 'tool_use':
      // The first piece is empty (providers.md 3.1).
      return ['', ...splitJson(JSON.stringify(block['input']))].map((partial_json) => ({
        type: 'input_json_delta',
        partial_json,
      }))
    default:
      return splitWords(stringOf(block['text']) ?? '').map((text) => ({ type: 'text_delta', text }))
  }
}

function event(data: JsonObject, content = false): Frame {
  return { wire: `event: ${stringOf(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`, content }
}

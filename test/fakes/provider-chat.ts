/** Answers of Chat Completions, whole and streamed (providers.md 3.3). */

import { type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { type Answer, type Frame, splitJson, splitWords } from './answer.ts'
import type { Vendor } from './vendor.ts'

const finishReasons = { stop: 'stop', length: 'length', refusal: 'content_filter' } as const
/** Fixed, so that the same order gives the same bytes. */
export const createdAt = 1_795_000_000

export function chatCompletion(answer: Answer, vendor?: Vendor): JsonObject {
  const message: JsonObject = {
    role: 'assistant',
    content: answer.text === '' ? null : answer.text,
    refusal: null,
    annotations: [],
  }
  if (answer.thinking !== undefined) message[reasoningField(vendor)] = answer.thinking
  if (answer.calls.length > 0) message['tool_calls'] = toolCalls(answer, vendor)
  return {
    id: `chatcmpl-${answer.serial}`,
    object: 'chat.completion',
    created: createdAt,
    model: answer.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(answer) }],
    usage: usage(answer),
    service_tier: 'default',
    system_fingerprint: 'fp_143bb8492c',
  }
}

/** With `includeUsage` every chunk has a `usage` and one more comes before `[DONE]` (providers.md 3.3). */
export function* chatStream(answer: Answer, includeUsage: boolean, vendor?: Vendor): Generator<Frame> {
  const chunk = (choices: JsonValue[], content = false, counted: JsonValue = null): Frame => {
    const head = { id: `chatcmpl-${answer.serial}`, object: 'chat.completion.chunk', created: createdAt }
    const body = { ...head, model: answer.model, system_fingerprint: 'fp_143bb8492c', choices }
    return { wire: `data: ${JSON.stringify(includeUsage ? { ...body, usage: counted } : body)}\n\n`, content }
  }
  const delta = (fields: JsonObject, content: boolean, finish: string | null = null): Frame =>
    chunk([{ index: 0, delta: fields, logprobs: null, finish_reason: finish }], content)

  yield delta({ role: 'assistant', content: answer.text === '' ? null : '', refusal: null }, false)
  if (answer.thinking !== undefined) {
    for (const word of splitWords(answer.thinking)) yield delta({ [reasoningField(vendor)]: word }, true)
  }
  for (const word of splitWords(answer.text)) yield delta({ content: word }, true)
  for (const [index, call] of toolCalls(answer, vendor).entries()) {
    const called = objectOf(call['function'])
    yield delta({ tool_calls: [{ index, ...call, function: { ...called, arguments: '' } }] }, true)
    for (const piece of splitJson(stringOf(called['arguments']) ?? '')) {
      yield delta({ tool_calls: [{ index, function: { arguments: piece } }] }, true)
    }
  }
  yield delta({}, false, finishReason(answer))
  if (includeUsage) yield chunk([], false, usage(answer))
  yield { wire: 'data: [DONE]\n\n', content: false }
}

export const chatErrorBody =
  '{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}'
/** In practice a chunk with a top-level `error`, not an `error` event (providers.md 3.3). */
export const chatErrorFrame = `data: ${chatErrorBody}\n\n`

/** Good answers carry the state of the budget too (providers.md 2.1). */
export function openaiOkHeaders(answer: Answer): Record<string, string> {
  return {
    'x-request-id': `req_${answer.serial}`,
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': '1s',
  }
}

function finishReason(answer: Answer): string {
  return answer.calls.length > 0 && answer.finish === 'stop' ? 'tool_calls' : finishReasons[answer.finish]
}

function toolCalls({ calls }: Answer, vendor: Vendor | undefined): JsonObject[] {
  return calls.map(({ id, name, input }, index) => {
    const call = { id, type: 'function', function: { name, arguments: JSON.stringify(input) } }
    return vendor?.dress?.(call, index) ?? call
  })
}

function reasoningField(vendor: Vendor | undefined): string {
  return vendor?.reasoningField ?? 'reasoning_content'
}

function usage(answer: Answer): JsonObject {
  return {
    prompt_tokens: answer.inputTokens,
    completion_tokens: answer.outputTokens,
    total_tokens: answer.inputTokens + answer.outputTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  }
}

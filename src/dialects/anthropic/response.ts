/** Anthropic Messages answers: whole responses, stop reasons and usage, IR <-> wire. */
import { interrupted, type AnswerPart } from '../../ir/answer.ts'
import type { Finish, FinishReason, Usage } from '../../ir/events.ts'
import type { Failure } from '../../ir/failure.ts'
import { defined, numberOf, objectOf, type JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { ChatResponse } from '../../ir/response.ts'
import { sseEvent } from '../../wire/sse.ts'
import type { AnswerIdentity } from '../dialect.ts'
import { argumentsObject } from '../arguments.ts'
import { fitToolId } from '../tool-id.ts'
import { encodeFailure } from './failure.ts'
import { encodeListing, encodeResult, encodeUse } from './mcp-blocks.ts'
import { showsReasoning } from './reasoning.ts'

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'content-filter'],
])

export function decodeStopReason(stopReason: string | undefined, stopSequence: string | undefined) {
  return {
    reason: reasons.get(stopReason ?? '') ?? 'other',
    ...defined({ rawReason: stopReason || undefined, stopSequence: stopSequence || undefined }),
  }
}

/** How an answer ended; all `null` while it has not. */
export function encodeEnd(end?: Pick<Finish, 'reason' | 'stopSequence'>): JsonObject {
  return {
    stop_reason: end ? encodeStopReason(end) : null,
    stop_sequence: end?.stopSequence ?? null,
    stop_details: null,
    container: null,
  }
}

function encodeStopReason({ reason, stopSequence }: Pick<Finish, 'reason' | 'stopSequence'>): string {
  switch (reason) {
    case 'stop':
    case 'other':
      return stopSequence === undefined ? 'end_turn' : 'stop_sequence'
    case 'length':
      return 'max_tokens'
    case 'tool-calls':
      return 'tool_use'
    case 'content-filter':
      return 'refusal'
  }
}

/** On this wire `input_tokens` excludes what the cache read and wrote; in the IR it includes both. */
export function decodeUsage(usage: JsonObject): Usage {
  const cacheReadTokens = numberOf(usage['cache_read_input_tokens'])
  const cacheWriteTokens = numberOf(usage['cache_creation_input_tokens'])
  const fresh = numberOf(usage['input_tokens'])
  const inputTokens = fresh === undefined ? undefined : fresh + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0)
  return defined({
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: numberOf(usage['output_tokens']),
    reasoningTokens: numberOf(objectOf(usage['output_tokens_details'])['thinking_tokens']),
  })
}

/** The counts are always written: helpers throw without them (providers.md 3.2). */
export function encodeUsage({
  inputTokens = 0,
  cacheReadTokens = 0,
  cacheWriteTokens = 0,
  outputTokens = 0,
  reasoningTokens,
}: Usage): JsonObject {
  return {
    input_tokens: Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens),
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cacheReadTokens,
    output_tokens: outputTokens,
    output_tokens_details: reasoningTokens === undefined ? null : { thinking_tokens: reasoningTokens },
    server_tool_use: null,
  }
}

export function encodeResponse(response: ChatResponse, identity: AnswerIdentity, request: ChatRequest): JsonObject {
  const shown = response.content.filter((part) => part.type !== 'reasoning' || showsReasoning(request))
  return encodeMessage(identity, shown.flatMap(encodeBlock), encodeEnd(response), response.usage)
}

/** A message, whole or only begun: with every field that the SDK promises, as clients read them unasked. */
export function encodeMessage(
  { id, model }: AnswerIdentity,
  content: JsonObject[],
  end: JsonObject,
  usage: Usage,
): JsonObject {
  const unpriced = { cache_creation: null, inference_geo: null, service_tier: null, speed: null }
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content,
    ...end,
    diagnostics: null,
    usage: { ...encodeUsage(usage), ...unpriced },
  }
}

/** Unlike in a request, reasoning without a signature is shown: the client may display it, and never has to prove it. */
function encodeBlock(part: AnswerPart): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text }]
    case 'reasoning':
      return [
        { type: 'thinking', thinking: part.text, signature: part.seal?.dialect === 'anthropic' ? part.seal.value : '' },
      ]
    case 'tool-call':
      return [{ type: 'tool_use', id: fitToolId(part.id), name: part.name, input: argumentsObject(part.input) }]
    case 'mcp-call':
      return [encodeUse(part.call), encodeResult(part.call, part.result ?? interrupted)]
    case 'mcp-list':
      return encodeListing(part.list)
    // Nobody is asked here (mcp-servers.ts).
    case 'mcp-approval':
    case 'file':
      return []
    case 'opaque':
      return part.dialect === 'anthropic' ? [part.value] : []
  }
}

export function encodeFailureFrame(failure: Failure): string {
  return sseEvent('error', JSON.stringify(encodeFailure(failure).body))
}

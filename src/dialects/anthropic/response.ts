/** Anthropic Messages answers: whole responses, stop reasons and usage, IR <-> wire. */
import type { Finish, FinishReason, Usage } from '../../ir/events.ts'
import type { Failure } from '../../ir/failure.ts'
import { compact, defined, numberOf, type JsonObject } from '../../ir/json.ts'
import type { AssistantPart, ChatRequest } from '../../ir/request.ts'
import type { ChatResponse } from '../../ir/response.ts'
import { sseEvent } from '../../wire/sse.ts'
import type { AnswerIdentity } from '../dialect.ts'
import { fitToolId } from '../tool-id.ts'
import { inputObject } from './blocks.ts'
import { encodeFailure } from './failure.ts'
import { showsReasoning } from './reasoning.ts'

const reasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
}

export function decodeStopReason(stopReason: string | undefined, stopSequence: string | undefined) {
  return {
    reason: reasons[stopReason ?? ''] ?? 'other',
    ...defined({ rawReason: stopReason || undefined, stopSequence: stopSequence || undefined }),
  }
}

export function encodeStopReason({ reason, stopSequence }: Pick<Finish, 'reason' | 'stopSequence'>): JsonObject {
  switch (reason) {
    case 'stop':
    case 'other':
      return { stop_reason: stopSequence === undefined ? 'end_turn' : 'stop_sequence' }
    case 'length':
      return { stop_reason: 'max_tokens' }
    case 'tool-calls':
      return { stop_reason: 'tool_use' }
    case 'content-filter':
      return { stop_reason: 'refusal' }
  }
}

/** On this wire `input_tokens` excludes what the cache read and wrote; in the IR it includes both. */
export function decodeUsage(usage: JsonObject): Usage {
  const cacheReadTokens = numberOf(usage['cache_read_input_tokens'])
  const cacheWriteTokens = numberOf(usage['cache_creation_input_tokens'])
  const fresh = numberOf(usage['input_tokens'])
  const inputTokens = fresh === undefined ? undefined : fresh + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0)
  return defined({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens: numberOf(usage['output_tokens']) })
}

/** Both counts are always written: helpers throw without them (providers.md 3.2). */
export function encodeUsage(usage: Usage): JsonObject {
  const cached = (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0)
  return compact({
    input_tokens: Math.max(0, (usage.inputTokens ?? 0) - cached),
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens ?? 0,
  })
}

export function encodeResponse(response: ChatResponse, identity: AnswerIdentity, request: ChatRequest): JsonObject {
  const shown = response.content.filter((part) => part.type !== 'reasoning' || showsReasoning(request))
  return {
    id: identity.id,
    type: 'message',
    role: 'assistant',
    model: identity.model,
    content: shown.flatMap(encodeBlock),
    ...encodeStopReason(response),
    stop_sequence: response.stopSequence ?? null,
    usage: encodeUsage(response.usage),
  }
}

/** Unlike in a request, reasoning without a signature is shown: the client may display it, and never has to prove it. */
function encodeBlock(part: AssistantPart): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text }]
    case 'reasoning':
      return [
        { type: 'thinking', thinking: part.text, signature: part.seal?.dialect === 'anthropic' ? part.seal.value : '' },
      ]
    case 'tool-call':
      return [{ type: 'tool_use', id: fitToolId(part.id), name: part.name, input: inputObject(part.input) }]
    case 'file':
      return []
    case 'opaque':
      return part.dialect === 'anthropic' ? [part.value] : []
  }
}

export function encodeFailureFrame(failure: Failure): string {
  return sseEvent('error', JSON.stringify(encodeFailure(failure).body))
}

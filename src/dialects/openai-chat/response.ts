/** Chat Completions answers: whole responses, finish reasons and usage, IR <-> wire. */
import type { AnswerPart } from '../../ir/answer.ts'
import type { FinishReason, Usage } from '../../ir/events.ts'
import type { Failure } from '../../ir/failure.ts'
import { compact, defined, numberOf, objectOf, type JsonObject } from '../../ir/json.ts'
import type { ChatRequest, ToolCallPart } from '../../ir/request.ts'
import type { ChatResponse } from '../../ir/response.ts'
import { sseData } from '../../wire/sse.ts'
import type { AnswerIdentity } from '../dialect.ts'
import { encodeFailure } from './failure.ts'
import { encodeToolCall } from './messages.ts'

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'], // Together (providers.md 3.3)
  ['length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
])

export function decodeFinishReason(word: string): FinishReason {
  return reasons.get(word) ?? 'other'
}

/** Whoever lists legacy `functions` reads one `function_call`, and looks for no tool calls. */
export function wantsFunctionCall({ echo }: ChatRequest): boolean {
  return echo?.['functions'] === true
}

export function encodeFinishReason(reason: FinishReason, request: ChatRequest): string {
  switch (reason) {
    case 'stop':
    case 'other':
      return 'stop'
    case 'length':
      return 'length'
    case 'tool-calls':
      return wantsFunctionCall(request) ? 'function_call' : 'tool_calls'
    case 'content-filter':
      return 'content_filter'
  }
}

export function decodeUsage(usage: JsonObject): Usage {
  return defined({
    inputTokens: numberOf(usage['prompt_tokens']),
    outputTokens: numberOf(usage['completion_tokens']),
    cacheReadTokens: numberOf(objectOf(usage['prompt_tokens_details'])['cached_tokens']),
    cacheWriteTokens: numberOf(objectOf(usage['prompt_tokens_details'])['cache_write_tokens']),
    reasoningTokens: numberOf(objectOf(usage['completion_tokens_details'])['reasoning_tokens']),
  })
}

export function encodeUsage(usage: Usage): JsonObject {
  const prompt = usage.inputTokens ?? 0
  const completion = usage.outputTokens ?? 0
  const { reasoningTokens: reasoning } = usage
  const cache = compact({ cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWriteTokens })
  return compact({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: Object.keys(cache).length === 0 ? undefined : cache,
    completion_tokens_details: reasoning === undefined ? undefined : { reasoning_tokens: reasoning },
  })
}

export function encodeResponse(response: ChatResponse, identity: AnswerIdentity, request: ChatRequest): JsonObject {
  return encodeChoices([response], response.usage, identity, request)
}

/** Several answers to one question. */
export function encodeChoices(
  responses: readonly ChatResponse[],
  usage: Usage,
  identity: AnswerIdentity,
  request: ChatRequest,
): JsonObject {
  return {
    id: identity.id,
    object: 'chat.completion',
    created: Math.floor(identity.createdAtMs / 1000),
    model: identity.model,
    choices: responses.map(({ content, reason }, index) => ({
      index,
      message: encodeMessage(content, request),
      logprobs: null,
      finish_reason: encodeFinishReason(reason, request),
    })),
    usage: encodeUsage(usage),
  }
}

/** A call of a tool that takes plain text is one of its own kind. */
export function isFreeform({ tools }: ChatRequest, name: string): boolean {
  return tools.some((tool) => tool.type === 'function' && tool.name === name && tool.freeform !== undefined)
}

function encodeMessage(content: AnswerPart[], request: ChatRequest): JsonObject {
  const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
  const reasoning = content.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('')
  const calls = content.filter((part): part is ToolCallPart => part.type === 'tool-call')
  return compact({
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    reasoning_content: reasoning === '' ? undefined : reasoning,
    refusal: null,
    ...encodeCalls(calls, request),
  })
}

function encodeCalls(calls: ToolCallPart[], request: ChatRequest): JsonObject {
  const [first] = calls
  if (first === undefined) return {}
  if (wantsFunctionCall(request)) return { function_call: { name: first.name, arguments: first.input } }
  return {
    tool_calls: calls.map((call) =>
      encodeToolCall(isFreeform(request, call.name) ? { ...call, freeform: true } : call),
    ),
  }
}

/** A chunk with a top-level `error` is what every OpenAI client throws on (providers.md 3.3). */
export function encodeFailureFrame(failure: Failure): string {
  return sseData(JSON.stringify(encodeFailure(failure).body))
}

/** Responses answers: the response object, items, statuses and usage, IR <-> wire. */
import type { FinishReason, Usage } from '../../ir/events.ts'
import type { Failure } from '../../ir/failure.ts'
import { defined, numberOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { AssistantPart, ChatRequest } from '../../ir/request.ts'
import type { ChatResponse } from '../../ir/response.ts'
import type { AnswerIdentity } from '../dialect.ts'
import { fitToolId } from '../tool-id.ts'
import { encodeFailure } from './failure.ts'
import { encodeTextFormat, encodeTool, encodeToolChoice } from './request.ts'

export function decodeUsage(usage: JsonObject): Usage {
  return defined({
    inputTokens: numberOf(usage['input_tokens']),
    outputTokens: numberOf(usage['output_tokens']),
    cacheReadTokens: numberOf(objectOf(usage['input_tokens_details'])['cached_tokens']),
    reasoningTokens: numberOf(objectOf(usage['output_tokens_details'])['reasoning_tokens']),
  })
}

export function encodeUsage(usage: Usage): JsonObject {
  const input = usage.inputTokens ?? 0
  const output = usage.outputTokens ?? 0
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: input + output,
  }
}

/** How a finish reason stands in the response object. */
export function encodeStatus(reason: FinishReason): { status: string; incomplete_details: JsonValue } {
  switch (reason) {
    case 'stop':
    case 'tool-calls':
    case 'other':
      return { status: 'completed', incomplete_details: null }
    case 'length':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    case 'content-filter':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
  }
}

/** The whole object of `response.created` … `response.completed`: clients check its usual fields (real-clients.md 5). */
export function responseObject(identity: AnswerIdentity, request: ChatRequest, fields: JsonObject): JsonObject {
  const extras = objectOf(request.extras['openai-responses'])
  const [first] = request.messages
  return {
    id: identity.id,
    object: 'response',
    created_at: Math.floor(identity.createdAtMs / 1000),
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: first?.role === 'system' ? first.content.map((part) => part.text).join('\n\n') : null,
    max_output_tokens: request.sampling.maxOutputTokens ?? null,
    model: identity.model,
    output: [],
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: null },
    store: extras['store'] ?? false,
    temperature: request.sampling.temperature ?? 1,
    text: { format: encodeTextFormat(request.output) },
    tool_choice: encodeToolChoice(request.toolChoice),
    tools: request.tools.flatMap((tool) => encodeTool(tool, () => {})),
    top_p: request.sampling.topP ?? 1,
    truncation: stringOf(extras['truncation']) ?? 'disabled',
    usage: null,
    user: request.userId ?? null,
    metadata: objectOf(extras['metadata']),
    ...fields,
  }
}

export function encodeResponse(response: ChatResponse, identity: AnswerIdentity, request: ChatRequest): JsonObject {
  const { status, incomplete_details } = encodeStatus(response.reason)
  return responseObject(identity, request, {
    status,
    incomplete_details,
    output: response.content.flatMap((part, at) => encodeOutputItem(part, itemId(identity, part.type, at))),
    usage: encodeUsage(response.usage),
  })
}

const prefixes = { text: 'msg', reasoning: 'rs', 'tool-call': 'fc', file: 'msg', opaque: 'msg' } as const

/** Item ids are checked by prefix when they come back (providers.md 4.5). */
export function itemId(identity: AnswerIdentity, type: AssistantPart['type'], index: number): string {
  return `${prefixes[type]}_${identity.id.replace(/^resp_/, '')}${String(index).padStart(4, '0')}`
}

function encodeOutputItem(part: AssistantPart, id: string): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [messageItem(id, part.text)]
    case 'tool-call':
      return [callItem(id, part, part.input)]
    case 'reasoning':
      return [reasoningItem(id, part.text)]
    case 'opaque':
      return part.dialect === 'openai-responses' ? [part.value] : []
    case 'file':
      return []
  }
}

export function messageItem(id: string, text: string): JsonObject {
  return { id, type: 'message', status: 'completed', role: 'assistant', content: [textPart(text)] }
}

export function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}

export function callItem(id: string, call: { id: string; name: string }, input: string): JsonObject {
  return {
    id,
    type: 'function_call',
    status: 'completed',
    call_id: fitToolId(call.id),
    name: call.name,
    arguments: input,
  }
}

export function reasoningItem(id: string, text: string): JsonObject {
  return { id, type: 'reasoning', summary: text === '' ? [] : [{ type: 'summary_text', text }] }
}

/** The flat form is the documented one; newer helpers throw on it, older clients want `response.failed` (providers.md 3.4). */
export function failureFields(failure: Failure): { code: string; message: string } {
  const error = objectOf(encodeFailure(failure).body['error'])
  return { code: stringOf(error['code']) ?? 'server_error', message: failure.message }
}

/** Responses answers: the response object, items, statuses and usage, IR <-> wire. */
import { interrupted, type AnswerPart } from '../../ir/answer.ts'
import type { FinishReason, Usage } from '../../ir/events.ts'
import type { Failure } from '../../ir/failure.ts'
import { arrayOf, defined, numberOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { ChatResponse } from '../../ir/response.ts'
import type { AnswerIdentity } from '../dialect.ts'
import { madeHere } from '../made-here.ts'
import { callItem, callPrefix } from './call-items.ts'
import { compactionItem, sealedCompactions } from './compaction.ts'
import { encodeFailure } from './failure.ts'
import { approvalItem, listItem, mcpCallItem } from './mcp-items.ts'
import { encodeTextFormat } from './request.ts'

export function decodeUsage(usage: JsonObject): Usage {
  return defined({
    inputTokens: numberOf(usage['input_tokens']),
    outputTokens: numberOf(usage['output_tokens']),
    cacheReadTokens: numberOf(objectOf(usage['input_tokens_details'])['cached_tokens']),
    cacheWriteTokens: numberOf(objectOf(usage['input_tokens_details'])['cache_write_tokens']),
    reasoningTokens: numberOf(objectOf(usage['output_tokens_details'])['reasoning_tokens']),
  })
}

export function encodeUsage(usage: Usage): JsonObject {
  const input = usage.inputTokens ?? 0
  const output = usage.outputTokens ?? 0
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens ?? 0,
      cache_write_tokens: usage.cacheWriteTokens ?? 0,
    },
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
  return {
    id: identity.id,
    object: 'response',
    access_programs: null,
    created_at: Math.floor(identity.createdAtMs / 1000),
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: true,
    temperature: 1,
    text: { format: encodeTextFormat(request.output) },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    user: null,
    metadata: {},
    ...request.echo,
    usage: null,
    model: identity.model,
    ...fields,
  }
}

export function encodeResponse(response: ChatResponse, identity: AnswerIdentity, request: ChatRequest): JsonObject {
  if (request.compaction === 'input') return compactedResponse(response, identity, request)
  const { status, incomplete_details } = encodeStatus(response.reason)
  return responseObject(identity, request, {
    status,
    incomplete_details,
    output: request.compaction
      ? [compactionOf(response, identity, request)]
      : response.content.flatMap((part, at) => encodeOutputItem(request, part, identity, at)),
    usage: encodeUsage(response.usage),
  })
}

/** Of `/responses/compact`: what the client goes on with. */
function compactedResponse(response: ChatResponse, identity: AnswerIdentity, request: ChatRequest): JsonObject {
  const said = arrayOf(request.echo?.['output']).map(objectOf)
  return {
    id: identity.id,
    object: 'response.compaction',
    created_at: Math.floor(identity.createdAtMs / 1000),
    output: [
      ...said.map((item, at) => ({ id: itemId(identity, 'msg', at), ...item })),
      compactionOf(response, identity, request),
    ],
    usage: encodeUsage(response.usage),
  }
}

function compactionOf(response: ChatResponse, identity: AnswerIdentity, { messages }: ChatRequest): JsonObject {
  return compactionItem(itemId(identity, 'cmp', 0), textOf(response), sealedCompactions(messages))
}

function textOf({ content }: ChatResponse): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
}

/** Item ids are checked by prefix when they come back (providers.md 4.5). */
export function itemId(identity: AnswerIdentity, prefix: string, index: number): string {
  const answer = identity.id.replace(/^resp_/, '')
  const own = answer.includes(madeHere) ? answer : `${madeHere}${answer.slice(-mostOfAnswer)}`
  return `${prefix}_${own}${String(index).padStart(4, '0')}`
}

/** Of the id of an answer that its provider began, so that an id in it stays within 64 characters. */
const mostOfAnswer = 40

function encodeOutputItem(request: ChatRequest, part: AnswerPart, identity: AnswerIdentity, at: number): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [messageItem(itemId(identity, 'msg', at), part.text)]
    case 'tool-call':
      return [callItem(request, itemId(identity, callPrefix(request, part.name), at), part, part.input, 'completed')]
    case 'reasoning':
      return [reasoningItem(itemId(identity, 'rs', at), part.text)]
    case 'mcp-list':
      return [listItem(itemId(identity, 'mcpl', at), part.list)]
    case 'mcp-call':
      return [mcpCallItem(itemId(identity, 'mcp', at), part.call, part.call.input, part.result ?? interrupted)]
    case 'mcp-approval':
      return [approvalItem(itemId(identity, 'mcpr', at), part.call)]
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

export function reasoningItem(id: string, text: string): JsonObject {
  return { id, type: 'reasoning', summary: text === '' ? [] : [{ type: 'summary_text', text }] }
}

/** The flat form is the documented one; newer helpers throw on it, older clients want `response.failed` (providers.md 3.4). */
export function failureFields(failure: Failure): { code: string; message: string } {
  const error = objectOf(encodeFailure(failure).body['error'])
  return { code: stringOf(error['code']) ?? 'server_error', message: failure.message }
}

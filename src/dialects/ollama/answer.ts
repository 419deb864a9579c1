/** IR -> Ollama's answers, a line each or whole (local-engines.md 1.2, 1.3). */
import type { Finish, Usage } from '../../ir/events.ts'
import { exactText } from '../../ir/exact-json.ts'
import { catalogue, type Failure } from '../../ir/failure.ts'
import { compact, objectOf, type JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { ChatResponse } from '../../ir/response.ts'
import type { Frame } from '../../wire/sse.ts'
import { argumentsObject } from '../arguments.ts'
import type { AnswerEncoder, AnswerIdentity, FrameRole, OpenStream } from '../dialect.ts'
import { readFrame } from '../gaps.ts'

interface Said {
  content?: string
  thinking?: string
  tool_calls?: JsonObject[]
}

export function createEncoder(identity: AnswerIdentity, request: ChatRequest): AnswerEncoder {
  const line = (said: Said, end: JsonObject = { done: false }): string =>
    `${exactText(answer(identity, request, said, end))}\n`
  /** Calls come whole on this wire. */
  const calls = new Map<number, { id: string; name: string; json: string }>()

  const endCall = (index: number): string => {
    const call = calls.get(index)
    return call ? line({ tool_calls: [encodeCall(call.id, call.name, call.json, index)] }) : ''
  }

  return (event) => {
    switch (event.type) {
      case 'text-delta':
        return line({ content: event.text })
      case 'reasoning-delta':
        return line({ thinking: event.text })
      case 'tool-call-start':
        calls.set(event.index, { id: event.id, name: event.name, json: '' })
        return ''
      case 'tool-call-delta': {
        const call = calls.get(event.index)
        if (call) call.json += event.json
        return ''
      }
      case 'tool-call-end':
        return endCall(event.index)
      case 'finish':
        return line({}, endOf(event))
      case 'failure':
        return encodeFailureFrame(event.failure)
      case 'start':
      case 'text-start':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-end':
      // No client of this wire names a server.
      case 'mcp-list':
      case 'mcp-call-start':
      case 'mcp-call-end':
      case 'mcp-approval':
      case 'opaque':
        return ''
    }
  }
}

/** Nothing said, as a model says it whose thoughts are not shown: this wire has no other way to say that it is alive. */
export function openStream(request: ChatRequest): OpenStream {
  return {
    hasBegun: () => false,
    sign: (identity) => `${exactText(answer(identity, request, {}, { done: false }))}\n`,
    createEncoder: (identity) => createEncoder(identity, request),
  }
}

export function encodeResponse(response: ChatResponse, identity: AnswerIdentity, request: ChatRequest): JsonObject {
  const textOf = (type: 'text' | 'reasoning'): string =>
    response.content.flatMap((part) => (part.type === type ? [part.text] : [])).join('')
  const tool_calls = response.content.flatMap((part, index) =>
    part.type === 'tool-call' ? [encodeCall(part.id, part.name, part.input, index)] : [],
  )
  const thinking = textOf('reasoning')
  return answer(
    identity,
    request,
    { content: textOf('text'), ...(thinking && { thinking }), ...(tool_calls.length > 0 && { tool_calls }) },
    endOf(response),
  )
}

/** `/api/generate` says flat what `/api/chat` says in a message. */
function answer(identity: AnswerIdentity, request: ChatRequest, said: Said, end: JsonObject): JsonObject {
  const { content = '', thinking, tool_calls } = said
  const { model } = identity
  const created_at = new Date(identity.createdAtMs).toISOString()
  if (request.echo?.['generate'] === true)
    return compact({ model, created_at, response: content, thinking, tool_calls, ...end })
  return { model, created_at, message: compact({ role: 'assistant', content, thinking, tool_calls }), ...end }
}

/** Arguments are an object here; written with `exactText`. */
function encodeCall(id: string, name: string, json: string, index: number): JsonObject {
  return { id, function: { index, name, arguments: argumentsObject(json) } }
}

/** There is no word for tool calls, and none for a refusal. */
function endOf({ reason, usage }: Pick<Finish, 'reason' | 'usage'>): JsonObject {
  return { done: true, done_reason: reason === 'length' ? 'length' : 'stop', ...counts(usage) }
}

function counts({ inputTokens = 0, outputTokens = 0 }: Usage): JsonObject {
  return { prompt_eval_count: inputTokens, eval_count: outputTokens }
}

/** The answer to a request that only wants its model loaded. */
export function encodeLoaded(request: ChatRequest, createdAtMs: number): JsonObject {
  const isUnload = Number(objectOf(request.extras.ollama)['keep_alive']) === 0
  const identity = { id: '', model: request.model, createdAtMs }
  return answer(identity, request, {}, { done: true, done_reason: isUnload ? 'unload' : 'load' })
}

const queueFull = 'server busy, please try again.  maximum pending requests exceeded'

export function encodeFailure(failure: Failure): { status: number; body: JsonObject } {
  // The words by which its own clients know a full queue (local-engines.md 1.3).
  const error = failure.kind === 'queue-full' ? queueFull : failure.message
  return { status: catalogue[failure.kind].status, body: { error } }
}

export function encodeFailureFrame(failure: Failure): string {
  return `${JSON.stringify(encodeFailure(failure).body)}\n`
}

export function judgeFrame(frame: Frame): FrameRole {
  const body = readFrame(frame)
  if (body === 'noise' || body === 'torn') return body
  if (body['error']) return 'failure'
  if (body['done'] === true) return 'end'
  const { content, thinking, tool_calls } = objectOf(body['message'])
  if (content || tool_calls || body['response']) return 'content'
  return thinking ? 'reasoning' : 'preamble'
}

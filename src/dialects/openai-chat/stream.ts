/** Chat Completions streams: frames <-> IR events (providers.md 3.3, real-clients.md 5). */
import type { Emit, FinishReason, StreamEvent, Usage } from '../../ir/events.ts'
import { frameTorn, streamCut, type Failure } from '../../ir/failure.ts'
import { keepGrammar } from '../../ir/grammar.ts'
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { sseData, type Frame } from '../../wire/sse.ts'
import type { AnswerDecoder, AnswerEncoder, AnswerIdentity, FrameRole } from '../dialect.ts'
import { freeformText } from '../freeform.ts'
import { createFrameReader, readFrame } from '../gaps.ts'
import { createProse, type Prose } from '../prose.ts'
import { fitToolId } from '../tool-id.ts'
import { createCalls } from './calls.ts'
import { decodeFailure } from './failure.ts'
import { gapGrammar } from './gaps.ts'
import {
  decodeFinishReason,
  decodeUsage,
  encodeFailureFrame,
  encodeFinishReason,
  encodeUsage,
  isFreeform,
  wantsFunctionCall,
} from './response.ts'

/** The usage chunk comes after the finish chunk, so `finish` is emitted at `[DONE]` or the end of the body. */
export function createDecoder(onEvent: Emit, nowMs: number): AnswerDecoder {
  const emit = keepGrammar(onEvent)
  let next = 0
  const prose = createProse(emit, () => next++)
  const calls = createCalls(emit, () => {
    prose.close()
    return next++
  })
  let reason: string | undefined
  let usage: Usage = {}

  const chunk = (body: JsonObject): void => {
    emit({ type: 'start', id: stringOf(body['id']) ?? '', model: stringOf(body['model']) ?? '' })
    if (isObject(body['usage'])) usage = decodeUsage(body['usage'])
    const choice = objectOf(arrayOf(body['choices'])[0])
    const delta = objectOf(choice['delta'])
    prose.say('reasoning', stringOf(delta['reasoning_content']) ?? stringOf(delta['reasoning']) ?? '')
    sayContent(prose, delta['content'] ?? delta['refusal'])
    calls.take(delta)
    reason = stringOf(choice['finish_reason']) ?? reason
  }

  /** A missing [DONE] is harmless once a finish was seen (providers.md 3.3). */
  const end = (): void => {
    if (reason === undefined) return emit({ type: 'failure', failure: streamCut })
    emit({ type: 'finish', reason: finishReason(reason, calls.any()), rawReason: reason, usage })
  }

  /** What goes wrong behind the finish takes nothing from the answer. */
  const fail = (failure: Failure): void => (reason === undefined ? emit({ type: 'failure', failure }) : end())

  const read = createFrameReader(gapGrammar, () => fail(frameTorn))
  return {
    frame: (frame) => {
      if (frame.data === '[DONE]') return reason === undefined ? undefined : end()
      const body = read(frame)
      if (!body) return
      if (statesError(frame, body)) fail(streamFailure(body, nowMs))
      else chunk(body)
    },
    end,
  }
}

/** Models of Mistral that reason write parts, and their thoughts among them. */
function sayContent(prose: Prose, content: JsonValue | undefined): void {
  if (!Array.isArray(content)) return prose.say('text', stringOf(content) ?? '')
  for (const part of content.map(objectOf)) {
    if (part['type'] === 'thinking') prose.say('reasoning', textOf(part['thinking']))
    else prose.say('text', stringOf(part['text']) ?? '')
  }
}

function textOf(parts: JsonValue | undefined): string {
  const texts = arrayOf(parts).map((part) => stringOf(objectOf(part)['text']) ?? '')
  return stringOf(parts) ?? texts.join('')
}

/** Every shape of providers.md 3.3; OpenRouter says in the choice what it says elsewhere too, or nowhere else. */
function statesError({ event }: Frame, body: JsonObject): boolean {
  if (event === 'error' || body['error'] || objectOf(body['x_groq'])['error']) return true
  return isFailed(objectOf(arrayOf(body['choices'])[0]))
}

function isFailed(choice: JsonObject): boolean {
  return choice['finish_reason'] === 'error' || Boolean(choice['error'])
}

/** Some servers say `stop` after tool calls. */
function finishReason(word: string, hasCalls: boolean): FinishReason {
  const reason = decodeFinishReason(word)
  return reason === 'stop' && hasCalls ? 'tool-calls' : reason
}

function streamFailure(body: JsonObject, nowMs: number) {
  return decodeFailure({ status: undefined, headers: {}, body, text: '', nowMs })
}

/** `calls`: of a stream that somebody else began, the blocks of its calls in the order of their index on the wire. */
export function createEncoder(
  identity: AnswerIdentity,
  request: ChatRequest,
  calls: readonly number[] = [],
): AnswerEncoder {
  const encode = createChoiceEncoder(identity, request, 0, calls)
  return (event) =>
    event.type === 'finish' ? encode(event) + encodeEnd(identity, request, event.usage) : encode(event)
}

/** What follows the last choice. */
export function encodeEnd(identity: AnswerIdentity, request: ChatRequest, usage: Usage): string {
  return `${request.includeUsage === true ? usageChunk(identity, usage) : ''}data: [DONE]\n\n`
}

/** One of the choices of an answer, without the end of the stream. */
export function createChoiceEncoder(
  identity: AnswerIdentity,
  request: ChatRequest,
  choice: number,
  calls: readonly number[] = [],
): AnswerEncoder {
  const callIndexes = new Map(calls.map((index, wireIndex) => [index, wireIndex]))
  /** Calls of tools that take plain text: what has come of their JSON. */
  const freeform = new Map<number, string>()
  const isLegacy = wantsFunctionCall(request)
  const chunk = createChunks(identity, choice, request.includeUsage === true)

  const toolDelta = (index: number, call: JsonObject): string =>
    chunk({ tool_calls: [{ index: callIndexes.get(index) ?? 0, ...call }] })

  /** A legacy answer has room for one. */
  const functionCall = (index: number, fields: JsonObject): string =>
    callIndexes.get(index) === 0 ? chunk({ function_call: fields }) : ''

  const startCall = ({ index, id, name }: Extract<StreamEvent, { type: 'tool-call-start' }>): string => {
    callIndexes.set(index, callIndexes.size)
    if (isLegacy) return functionCall(index, { name, arguments: '' })
    const head = { id: fitToolId(id) }
    if (!isFreeform(request, name))
      return toolDelta(index, { ...head, type: 'function', function: { name, arguments: '' } })
    freeform.set(index, '')
    return toolDelta(index, { ...head, type: 'custom', custom: { name, input: '' } })
  }

  const extendCall = (index: number, json: string): string => {
    if (isLegacy) return functionCall(index, { arguments: json })
    const text = freeform.get(index)
    if (text === undefined) return toolDelta(index, { function: { arguments: json } })
    freeform.set(index, text + json)
    return ''
  }

  const endCall = (index: number): string => {
    const text = freeform.get(index)
    return text === undefined ? '' : toolDelta(index, { custom: { input: freeformText(text) } })
  }

  return (event) => {
    switch (event.type) {
      case 'start':
        return chunk({ role: 'assistant', content: '' })
      case 'text-delta':
        return chunk({ content: event.text })
      case 'reasoning-delta':
        return chunk({ reasoning_content: event.text })
      case 'tool-call-start':
        return startCall(event)
      case 'tool-call-delta':
        return extendCall(event.index, event.json)
      case 'tool-call-end':
        return endCall(event.index)
      case 'finish':
        return chunk({}, encodeFinishReason(event.reason, request))
      case 'failure':
        return encodeFailureFrame(event.failure)
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

type Chunk = (delta: JsonObject, finishReason?: string) => string

/** A comment, as DeepSeek and OpenRouter send them (providers.md 3.3). */
export const sign = ': waiting\n\n'

/** What is the same in every chunk is written once. */
function createChunks(identity: AnswerIdentity, index: number, withUsage: boolean): Chunk {
  const head = JSON.stringify(chunkBase(identity)).slice(0, -1)
  const tail = withUsage ? ',"usage":null}' : '}'
  return (delta, finishReason) => {
    const choices = [{ index, delta, logprobs: null, finish_reason: finishReason ?? null }]
    return sseData(`${head},"choices":${JSON.stringify(choices)}${tail}`)
  }
}

function chunkBase({ id, model, createdAtMs }: AnswerIdentity): JsonObject {
  return { id, object: 'chat.completion.chunk', created: Math.floor(createdAtMs / 1000), model }
}

function usageChunk(identity: AnswerIdentity, usage: Usage): string {
  return sseData(JSON.stringify({ ...chunkBase(identity), choices: [], usage: encodeUsage(usage) }))
}

/** The first chunk carries a role and an empty text: announced, nothing said yet. */
export function judgeFrame(frame: Frame): FrameRole {
  if (frame.data === '[DONE]') return 'closing'
  const body = readFrame(frame)
  if (body === 'noise' || body === 'torn') return frame.event === 'error' ? 'failure' : body
  if (statesError(frame, body)) return 'failure'
  const choices = arrayOf(body['choices']).map(objectOf)
  if (choices.some((choice) => stringOf(choice['finish_reason']))) return 'end'
  const said = choices.flatMap(fieldsSaid)
  if (said.length === 0) return 'preamble'
  return said.every((field) => field.startsWith('reasoning')) ? 'reasoning' : 'content'
}

function fieldsSaid(choice: JsonObject): string[] {
  const fields = Object.entries(objectOf(choice['delta']))
  return fields.flatMap(([key, value]) => (key !== 'role' && isSaid(value) ? [key] : []))
}

/** Any word in it, wherever it stands: the piece of a call may be as empty as a text. */
function isSaid(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(isSaid)
  if (isObject(value)) return Object.entries(value).some(([key, inner]) => key !== 'type' && isSaid(inner))
  return typeof value === 'string' && value !== ''
}

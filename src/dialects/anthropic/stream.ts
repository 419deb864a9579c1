/** Anthropic Messages streams: frames <-> IR events (grammar: providers.md 3.1, what clients need: 3.2). */
import type { Emit, Usage } from '../../ir/events.ts'
import { frameTorn, streamCut, type Failure } from '../../ir/failure.ts'
import { keepGrammar } from '../../ir/grammar.ts'
import { numberOf, objectOf, stringOf, type JsonObject } from '../../ir/json.ts'
import type { ChatRequest, Seal } from '../../ir/request.ts'
import { sseEvent, type Frame } from '../../wire/sse.ts'
import type { AnswerDecoder, AnswerEncoder, AnswerIdentity, FrameRole } from '../dialect.ts'
import { createFrameReader, readFrame } from '../gaps.ts'
import { fitToolId } from '../tool-id.ts'
import { createCallInputs } from './call-inputs.ts'
import { decodeFailure } from './failure.ts'
import { gapGrammar } from './gaps.ts'
import { createMcpDecoder, createMcpEncoder } from './mcp-stream.ts'
import { showsReasoning } from './reasoning.ts'
import { createSequence, type Place } from './sequence.ts'
import { decodeStopReason, decodeUsage, encodeEnd, encodeFailureFrame, encodeMessage, encodeUsage } from './response.ts'

type BlockKind = 'text' | 'reasoning' | 'tool-call' | 'opaque'

export function createDecoder(onEvent: Emit, nowMs: number): AnswerDecoder {
  const emit = keepGrammar(onEvent)
  /** Open blocks; `seal` gathers a thinking block's signature, or is a redacted one's data. */
  const blocks = new Map<number, { kind: BlockKind; seal: Omit<Seal, 'dialect'> }>()
  let usage: Usage = {}
  let stop: { reason?: string; sequence?: string } = {}

  const openBlock = (index: number, block: JsonObject): void => {
    const kind = kindOf(block['type'])
    const isRedacted = block['type'] === 'redacted_thinking'
    const value = stringOf(block[isRedacted ? 'data' : 'signature']) ?? ''
    blocks.set(index, { kind, seal: { kind: isRedacted ? 'redacted' : 'signature', value } })
    if (kind === 'text') emit({ type: 'text-start', index })
    else if (kind === 'reasoning') emit({ type: 'reasoning-start', index })
    else if (kind === 'tool-call') {
      emit({ type: 'tool-call-start', index, id: stringOf(block['id']) ?? '', name: stringOf(block['name']) ?? '' })
    } else emit({ type: 'opaque', dialect: 'anthropic', value: block })
    const text = stringOf(block['text'])
    if (kind === 'text' && text) emit({ type: 'text-delta', index, text })
  }

  const closeBlock = (index: number): void => {
    const block = blocks.get(index)
    blocks.delete(index)
    if (block?.kind === 'text' || block?.kind === 'tool-call') emit({ type: `${block.kind}-end`, index })
    if (block?.kind !== 'reasoning') return
    const { seal } = block
    emit(
      seal.value === ''
        ? { type: 'reasoning-end', index }
        : { type: 'reasoning-end', index, seal: { dialect: 'anthropic', ...seal } },
    )
  }

  const delta = (index: number, value: JsonObject): void => {
    const block = blocks.get(index)
    // A server tool's input belongs to its opaque block.
    if (block?.kind === 'opaque') return
    const text = stringOf(value['text']) ?? stringOf(value['thinking']) ?? stringOf(value['partial_json']) ?? ''
    if (value['type'] === 'text_delta') emit({ type: 'text-delta', index, text })
    else if (value['type'] === 'thinking_delta') emit({ type: 'reasoning-delta', index, text })
    else if (value['type'] === 'input_json_delta') emit({ type: 'tool-call-delta', index, json: text })
    else if (value['type'] === 'signature_delta' && block) block.seal.value += stringOf(value['signature']) ?? ''
  }

  const finish = (): void => emit({ type: 'finish', ...decodeStopReason(stop.reason, stop.sequence), usage })

  /** What goes wrong when it was said why the answer ends takes nothing from it. */
  const fail = (failure: Failure): void => (stop.reason === undefined ? emit({ type: 'failure', failure }) : finish())

  const isOfServer = createMcpDecoder(emit)
  const take = (type: string, body: JsonObject): void => {
    const index = numberOf(body['index']) ?? 0
    if (isOfServer(type, index, body)) return
    if (type === 'message_start') {
      const message = objectOf(body['message'])
      usage = decodeUsage(objectOf(message['usage']))
      emit({ type: 'start', id: stringOf(message['id']) ?? '', model: stringOf(message['model']) ?? '', usage })
    } else if (type === 'content_block_start') openBlock(index, objectOf(body['content_block']))
    else if (type === 'content_block_delta') delta(index, objectOf(body['delta']))
    else if (type === 'content_block_stop') closeBlock(index)
    else if (type === 'message_delta') {
      const fields = objectOf(body['delta'])
      const reason = stringOf(fields['stop_reason'])
      if (reason !== undefined) stop = { reason, sequence: stringOf(fields['stop_sequence']) ?? '' }
      usage = { ...usage, ...decodeUsage(objectOf(body['usage'])) }
    } else if (type === 'message_stop') finish()
    else if (statesError(body)) fail(streamFailure(body, nowMs))
  }

  const read = createFrameReader(gapGrammar, () => fail(frameTorn))
  return {
    frame: (frame) => {
      const body = read(frame)
      if (body) take(stringOf(body['type']) ?? '', body)
    },
    end: () => fail(streamCut),
  }
}

function kindOf(type: unknown): BlockKind {
  if (type === 'text') return 'text'
  if (type === 'thinking' || type === 'redacted_thinking') return 'reasoning'
  return type === 'tool_use' ? 'tool-call' : 'opaque'
}

/** Proxies in front of the API speak in envelopes of their own, without a type. */
function statesError(body: JsonObject): boolean {
  return body['type'] === 'error' || (body['type'] === undefined && Boolean(body['error']))
}

function streamFailure(body: JsonObject, nowMs: number) {
  return decodeFailure({ status: undefined, headers: {}, body, text: '', nowMs })
}

/** `place`: where it takes up a stream that somebody else began. */
export function createEncoder(identity: AnswerIdentity, request: ChatRequest, place?: Place): AnswerEncoder {
  const sequence = createSequence(place)
  const shows = showsReasoning(request)
  const inputs = createCallInputs()

  const openBlock = (index: number, block: JsonObject): string => {
    const start = frame('content_block_start', { index: sequence.open(index), content_block: block })
    return sequence.write(index, start)
  }
  const blockDelta = (index: number, delta: JsonObject): string =>
    sequence.write(index, frame('content_block_delta', { index: sequence.wireIndex(index), delta }))
  const closeBlock = (index: number, seal: Seal | undefined): string => {
    const wireIndex = sequence.wireIndex(index)
    return sequence.close(index, signature(wireIndex, seal) + frame('content_block_stop', { index: wireIndex }))
  }

  const inputDelta = (index: number, partial_json: string): string =>
    partial_json === '' ? '' : blockDelta(index, { type: 'input_json_delta', partial_json })

  /** Blocks that come at once have indexes of their own, which no block of a model has. */
  let whole = -1
  const encodeMcp = createMcpEncoder((block, input) => {
    const index = whole--
    const opened = openBlock(index, block)
    const said = input === undefined ? '' : blockDelta(index, { type: 'input_json_delta', partial_json: input })
    return opened + said + closeBlock(index, undefined)
  })

  return (event) => {
    switch (event.type) {
      case 'start':
        return frame('message_start', { message: encodeMessage(identity, [], encodeEnd(), event.usage ?? {}) })
      case 'text-start':
        return openBlock(event.index, { type: 'text', text: '' })
      case 'reasoning-start':
        return shows ? openBlock(event.index, { type: 'thinking', thinking: '', signature: '' }) : ''
      case 'tool-call-start':
        inputs.begin(event.index)
        return openBlock(event.index, { type: 'tool_use', id: fitToolId(event.id), name: event.name, input: {} })
      case 'text-delta':
        return blockDelta(event.index, { type: 'text_delta', text: event.text })
      case 'reasoning-delta':
        // A model that thinks unseen is still alive, and the client waits no longer than it hears of it (real-clients.md 5).
        return shows ? blockDelta(event.index, { type: 'thinking_delta', thinking: event.text }) : frame('ping', {})
      case 'tool-call-delta':
        return inputDelta(event.index, inputs.extend(event.index, event.json))
      case 'text-end':
        return closeBlock(event.index, undefined)
      case 'tool-call-end':
        return inputDelta(event.index, inputs.end(event.index)) + closeBlock(event.index, undefined)
      case 'reasoning-end':
        return shows ? closeBlock(event.index, event.seal) : ''
      case 'mcp-list':
      case 'mcp-call-start':
      case 'mcp-call-end':
      case 'mcp-approval':
        return encodeMcp(event)
      case 'opaque':
        return ''
      case 'finish':
        return (
          frame('message_delta', {
            delta: encodeEnd(event),
            usage: encodeUsage(event.usage),
          }) + frame('message_stop', {})
        )
      case 'failure':
        return encodeFailureFrame(event.failure)
    }
  }
}

export function frame(type: string, fields: JsonObject): string {
  return sseEvent(type, JSON.stringify({ type, ...fields }))
}

/** Allowed anywhere (providers.md 3.1). */
export const sign = frame('ping', {})

/** Only Anthropic's own signature goes out again; local reasoning is shown unsigned. */
function signature(index: number, seal: Seal | undefined): string {
  if (seal?.dialect !== 'anthropic') return ''
  return frame('content_block_delta', { index, delta: { type: 'signature_delta', signature: seal.value } })
}

/**
 * An announced but empty text block is still preamble: an overload usually strikes before its first word.
 * A thinking, tool or server block is content: thinking can stay silent but for pings for minutes (real-clients.md 2),
 * and a client must not wait for its head that long.
 */
export function judgeFrame(frame: Frame): FrameRole {
  const body = readFrame(frame)
  if (body === 'noise' || body === 'torn') return frame.data === '[DONE]' ? 'closing' : body
  if (statesError(body)) return 'failure'
  switch (body['type']) {
    case 'message_start':
    case 'ping':
      return 'preamble'
    case 'content_block_start':
      return roleOfBlock(kindOf(objectOf(body['content_block'])['type']))
    case 'content_block_delta':
      return roleOfDelta(objectOf(body['delta']))
    case 'message_stop':
      return 'end'
    default:
      return 'content'
  }
}

function roleOfBlock(kind: BlockKind): FrameRole {
  if (kind === 'text') return 'preamble'
  return kind === 'reasoning' ? 'reasoning' : 'content'
}

function roleOfDelta({ type, text, partial_json }: JsonObject): FrameRole {
  if (type === 'thinking_delta' || type === 'signature_delta') return 'reasoning'
  return text === '' || partial_json === '' ? 'preamble' : 'content'
}

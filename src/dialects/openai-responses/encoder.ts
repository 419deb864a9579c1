/** IR events -> Responses stream: every event in order with sequence numbers (providers.md 3.4). */
import type { Finish } from '../../ir/events.ts'
import { parseExact } from '../../ir/exact-json.ts'
import { objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { AnswerEncoder, AnswerIdentity } from '../dialect.ts'
import { callItem, callKind, callPrefix, type Call, type CallKind } from './call-items.ts'
import { createCompactionEncoder } from './compaction-encoder.ts'
import {
  addFunction,
  endFunction,
  extendFunction,
  finishedFunction,
  functionText,
  type FunctionText,
} from './function-events.ts'
import { createMcpWriter, type Running } from './mcp-events.ts'
import { mcpCallItem } from './mcp-items.ts'
import { encodeStatus, encodeUsage, itemId, messageItem, reasoningItem, textPart } from './response.ts'
import {
  beginAnswer,
  createOpening,
  inProgress,
  tellDone,
  tellFailure,
  tellResponse,
  type Opening,
  type Write,
} from './writer.ts'

export type Block =
  | { type: 'text'; id: string; at: number; text: string }
  | { type: 'reasoning'; id: string; at: number; text: string }
  | CallBlock

interface CallBlock {
  type: 'tool-call'
  id: string
  at: number
  text: string
  call: Call
  kind: CallKind
  /** How much of a custom tool's input the client has, where somebody else began it. */
  told?: number
  /** Of a function, once there is something to write of it. */
  wire?: FunctionText
}

/** Where a stream goes on that somebody else began. */
export interface Place {
  opening: Opening
  /** Items that are open. */
  blocks: Map<number, Block>
  /** Calls that MCP servers run. */
  running: Map<number, Running>
  /** Items that are done, each at its index: as JSON text, as the last event says them once more. */
  output: string[]
  /** The index of the next item. */
  items: number
}

export function createPlace(): Place {
  return { opening: createOpening(), blocks: new Map(), running: new Map(), output: [], items: 0 }
}

export function createEncoder(identity: AnswerIdentity, request: ChatRequest, place = createPlace()): AnswerEncoder {
  const { opening, blocks, output } = place
  const { write } = opening
  if (request.compaction) return createCompactionEncoder(identity, request, opening)

  const open = (index: number, block: Block): string => {
    blocks.set(index, block)
    place.items += 1
    return openBlock(write, block, request)
  }

  const openProse = (index: number, type: 'text' | 'reasoning'): string =>
    open(index, { type, id: itemId(identity, proseIds[type], place.items), at: place.items, text: '' })

  const openCall = (index: number, call: Call): string => {
    const at = place.items
    const id = itemId(identity, callPrefix(request, call.name), at)
    return open(index, { type: 'tool-call', id, at, text: '', call, kind: callKind(request, call.name) })
  }

  const extend = (index: number, text: string): string => {
    const block = blocks.get(index)
    if (!block) return ''
    if (block.type === 'tool-call') return extendCall(write, block, text, request)
    block.text += text
    const { type, place } = deltas[block.type]
    return write(type, { item_id: block.id, output_index: block.at, ...place, delta: text })
  }

  const close = (index: number): string => {
    const block = blocks.get(index)
    if (!block) return ''
    blocks.delete(index)
    if (block.type === 'tool-call' && block.kind === 'function') {
      const text = wireOf(block, request)
      return endFunction(write, text) + tellDone(write, output, block.at, finishedFunction(text))
    }
    const item = finishedItem(block, request)
    return closeBlock(write, block, item) + tellDone(write, output, block.at, JSON.stringify(item))
  }

  const writeMcp = createMcpWriter(write, place, (prefix, at) => itemId(identity, prefix, at))

  return (event) => {
    switch (event.type) {
      case 'start':
        return beginAnswer(opening, identity, request)
      case 'text-start':
        return openProse(event.index, 'text')
      case 'reasoning-start':
        return openProse(event.index, 'reasoning')
      case 'tool-call-start':
        return openCall(event.index, { id: event.id, name: event.name })
      case 'text-delta':
      case 'reasoning-delta':
        return extend(event.index, event.text)
      case 'tool-call-delta':
        return extend(event.index, event.json)
      case 'text-end':
      case 'reasoning-end':
      case 'tool-call-end':
        return close(event.index)
      case 'mcp-list':
      case 'mcp-call-start':
      case 'mcp-call-end':
      case 'mcp-approval':
        return writeMcp(event)
      case 'opaque':
        return event.dialect === 'openai-responses' ? passOn(write, place, event.value) : ''
      case 'finish':
        return tellEnd(place, identity, request, event)
      case 'failure':
        return tellFailure(opening, identity, request, event.failure)
    }
  }
}

/** A block of the client's own dialect that is not modelled comes whole. */
function passOn(write: Write, place: Place, item: JsonObject): string {
  const at = place.items++
  return (
    write('response.output_item.added', { output_index: at, item }) +
    tellDone(write, place.output, at, JSON.stringify(item))
  )
}

function tellEnd({ opening, output }: Place, identity: AnswerIdentity, request: ChatRequest, event: Finish): string {
  const { status, incomplete_details } = encodeStatus(event.reason)
  const type = status === 'completed' ? 'response.completed' : 'response.incomplete'
  const fields = { status, incomplete_details, usage: encodeUsage(event.usage) }
  return tellResponse(opening, type, identity, request, fields, output)
}

const proseIds = { text: 'msg', reasoning: 'rs' } as const

/** The event of a delta, and where inside its item it belongs. */
const deltas = {
  text: { type: 'response.output_text.delta', place: { content_index: 0, logprobs: [] as JsonValue[] } },
  reasoning: { type: 'response.reasoning_summary_text.delta', place: { summary_index: 0 } },
}

/** A call that is no function comes whole at its end. */
function extendCall(write: Write, block: CallBlock, json: string, request: ChatRequest): string {
  const delta = block.kind === 'function' ? extendFunction(write, wireOf(block, request), json) : ''
  block.text += json
  return delta
}

function wireOf(block: CallBlock, request: ChatRequest): FunctionText {
  block.wire ??= functionText(callItem(request, block.id, block.call, '', ''), block.at, block.text)
  return block.wire
}

function openBlock(write: Write, block: Block, request: ChatRequest): string {
  const added = (item: JsonObject): string => write('response.output_item.added', { output_index: block.at, item })
  const where = { item_id: block.id, output_index: block.at }
  switch (block.type) {
    case 'text':
      return (
        added({ id: block.id, type: 'message', status: 'in_progress', role: 'assistant', content: [] }) +
        write('response.content_part.added', { ...where, content_index: 0, part: textPart('') })
      )
    case 'reasoning':
      return (
        added({ id: block.id, type: 'reasoning', summary: [] }) +
        write('response.reasoning_summary_part.added', {
          ...where,
          summary_index: 0,
          part: { type: 'summary_text', text: '' },
        })
      )
    case 'tool-call':
      return block.kind === 'function'
        ? addFunction(write, wireOf(block, request))
        : added(callItem(request, block.id, block.call, '', 'in_progress'))
  }
}

function closeBlock(write: Write, block: Block, item: JsonObject): string {
  const where = { item_id: block.id, output_index: block.at }
  switch (block.type) {
    case 'text':
      return (
        write('response.output_text.done', { ...where, content_index: 0, text: block.text, logprobs: [] }) +
        write('response.content_part.done', { ...where, content_index: 0, part: textPart(block.text) })
      )
    case 'reasoning':
      return (
        write('response.reasoning_summary_text.done', { ...where, summary_index: 0, text: block.text }) +
        write('response.reasoning_summary_part.done', {
          ...where,
          summary_index: 0,
          part: { type: 'summary_text', text: block.text },
        })
      )
    case 'tool-call':
      return closeCall(write, block, item)
  }
}

/** Of what is no function. */
function closeCall(
  write: Write,
  { id: item_id, at: output_index, kind, told = 0 }: CallBlock,
  item: JsonObject,
): string {
  if (kind !== 'custom') return ''
  const input = stringOf(item['input']) ?? ''
  return (
    write('response.custom_tool_call_input.delta', { item_id, output_index, delta: input.slice(told) }) +
    write('response.custom_tool_call_input.done', { item_id, output_index, input })
  )
}

export function finishedItem(block: Block, request: ChatRequest): JsonObject {
  switch (block.type) {
    case 'text':
      return messageItem(block.id, block.text)
    case 'reasoning':
      return reasoningItem(block.id, block.text)
    case 'tool-call':
      return callItem(request, block.id, block.call, block.text, 'completed')
  }
}

/** A sign of life: what Codex waits for, which takes no notice of comments (real-clients.md 3). It tells the answer so far, as some SDKs go on from there. */
export function writeSign(
  { opening, blocks, running, output }: Place,
  identity: AnswerIdentity,
  request: ChatRequest,
): string {
  const items = output.map((item) => objectOf(parseExact(item)))
  for (const block of blocks.values()) items[block.at] = openItem(block, request)
  for (const { id, at, call } of running.values()) items[at] = mcpCallItem(id, call, call.input)
  return beginAnswer(opening, identity, request) || inProgress(opening.write, identity, request, items)
}

function openItem(block: Block, request: ChatRequest): JsonObject {
  const { id, text } = block
  switch (block.type) {
    case 'text':
      return { id, type: 'message', status: 'in_progress', role: 'assistant', content: [textPart(text)] }
    case 'reasoning':
      return { id, type: 'reasoning', summary: [{ type: 'summary_text', text }] }
    case 'tool-call':
      return callItem(request, id, block.call, block.kind === 'function' ? text : '', 'in_progress')
  }
}

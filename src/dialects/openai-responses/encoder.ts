/** IR events -> Responses stream: every event in order with sequence numbers (providers.md 3.4). */
import type { Failure } from '../../ir/failure.ts'
import type { Finish } from '../../ir/events.ts'
import type { JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { sseEvent } from '../../wire/sse.ts'
import type { AnswerEncoder, AnswerIdentity } from '../dialect.ts'
import {
  callItem,
  encodeStatus,
  encodeUsage,
  failureFields,
  itemId,
  messageItem,
  reasoningItem,
  responseObject,
  textPart,
} from './response.ts'

type Block =
  | { type: 'text'; id: string; at: number; text: string }
  | { type: 'reasoning'; id: string; at: number; text: string }
  | { type: 'tool-call'; id: string; at: number; text: string; call: { id: string; name: string } }

export function createEncoder(identity: AnswerIdentity, request: ChatRequest): AnswerEncoder {
  const write = createWriter()
  const blocks = new Map<number, Block>()
  const output: JsonObject[] = []
  let items = 0

  const open = (index: number, type: Block['type'], call?: { id: string; name: string }): string => {
    const at = items++
    const id = itemId(identity, type, at)
    const block: Block =
      type === 'tool-call' ? { type, id, at, text: '', call: call ?? { id: '', name: '' } } : { type, id, at, text: '' }
    blocks.set(index, block)
    return openBlock(write, block)
  }

  const extend = (index: number, text: string): string => {
    const block = blocks.get(index)
    if (!block) return ''
    block.text += text
    return write(deltaTypes[block.type], {
      item_id: block.id,
      output_index: block.at,
      ...place[block.type],
      delta: text,
    })
  }

  const close = (index: number): string => {
    const block = blocks.get(index)
    if (!block) return ''
    blocks.delete(index)
    const item = finishedItem(block)
    output[block.at] = item
    return closeBlock(write, block) + write('response.output_item.done', { output_index: block.at, item })
  }

  const finish = (event: Finish): string => {
    const { status, incomplete_details } = encodeStatus(event.reason)
    const response = responseObject(identity, request, {
      status,
      incomplete_details,
      output,
      usage: encodeUsage(event.usage),
    })
    return write(status === 'completed' ? 'response.completed' : 'response.incomplete', { response })
  }

  return (event) => {
    switch (event.type) {
      case 'start': {
        const response = responseObject(identity, request, {})
        return write('response.created', { response }) + write('response.in_progress', { response })
      }
      case 'text-start':
        return open(event.index, 'text')
      case 'reasoning-start':
        return open(event.index, 'reasoning')
      case 'tool-call-start':
        return open(event.index, 'tool-call', { id: event.id, name: event.name })
      case 'text-delta':
      case 'reasoning-delta':
        return extend(event.index, event.text)
      case 'tool-call-delta':
        return extend(event.index, event.json)
      case 'text-end':
      case 'reasoning-end':
      case 'tool-call-end':
        return close(event.index)
      case 'opaque':
        return ''
      case 'finish':
        return finish(event)
      case 'failure':
        return write('response.failed', { response: failedResponse(identity, request, event.failure) })
    }
  }
}

/** Codex understands only `response.failed`, the others surface it as a failed response (real-clients.md 3). */
function failedResponse(identity: AnswerIdentity, request: ChatRequest, failure: Failure): JsonObject {
  return responseObject(identity, request, { status: 'failed', error: failureFields(failure) })
}

type Write = (type: string, fields: JsonObject) => string

function createWriter(): Write {
  let sequence = 0
  return (type, fields) => sseEvent(type, JSON.stringify({ type, sequence_number: sequence++, ...fields }))
}

const deltaTypes = {
  text: 'response.output_text.delta',
  reasoning: 'response.reasoning_summary_text.delta',
  'tool-call': 'response.function_call_arguments.delta',
} as const

/** Where inside its item a delta belongs. */
const place = {
  text: { content_index: 0, logprobs: [] },
  reasoning: { summary_index: 0 },
  'tool-call': {},
} as const satisfies Record<Block['type'], JsonObject>

function openBlock(write: Write, block: Block): string {
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
      return added({ ...callItem(block.id, block.call, ''), status: 'in_progress' })
  }
}

function closeBlock(write: Write, block: Block): string {
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
      return write('response.function_call_arguments.done', { ...where, name: block.call.name, arguments: block.text })
  }
}

function finishedItem(block: Block): JsonObject {
  switch (block.type) {
    case 'text':
      return messageItem(block.id, block.text)
    case 'reasoning':
      return reasoningItem(block.id, block.text)
    case 'tool-call':
      return callItem(block.id, block.call, block.text)
  }
}

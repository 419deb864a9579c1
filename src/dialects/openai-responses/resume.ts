/** Takes up a Responses stream where it broke off. */
import type { StreamEvent } from '../../ir/events.ts'
import { createGatherer, type GatheredBlock } from '../../ir/gathered.ts'
import { objectOf, parseJson, stringOf, type JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { Resume } from '../dialect.ts'
import { freeformInput } from '../freeform.ts'
import { callKind } from './call-items.ts'
import { createEncoder, finishedItem, writeSign, type Block } from './encoder.ts'
import { textPart } from './response.ts'
import { readSeen, type SeenItem } from './seen.ts'
import { createDecoder } from './stream.ts'
import { plainName } from './tools.ts'
import { createWriter, tellDone, type Write } from './writer.ts'

export const resume: Resume = (frames, request, nowMs) => {
  const { response, nextNumber, items, hasRefused } = readSeen(frames.map(({ data }) => objectOf(parseJson(data))))
  if (!response || hasRefused) return undefined
  const gatherer = createGatherer()
  const events: StreamEvent[] = []
  const decoder = createDecoder((event) => {
    const isCall = event.type === 'tool-call-start'
    const named = isCall ? { ...event, name: nameOf(items[event.index]?.item ?? {}, request) } : event
    events.push(named)
    gatherer.take(named)
  }, nowMs)
  for (const frame of frames) decoder.frame(frame)

  const write = createWriter(nextNumber)
  const blocks = new Map<number, Block>()
  const output: string[] = []
  let closing = ''
  items.forEach((known, at) => {
    const gathered = gatherer.gathered.blocks.find(({ index }) => index === at)
    const block = gathered && blockOf(gathered, known, request)
    if (known.isDone) output[at] = JSON.stringify(known.item)
    else if (block && block.type !== 'reasoning' && !known.hasText) {
      blocks.set(at, block)
      events.push(...cutInput(block, known))
      if (block.type === 'text' && !known.hasPart) closing += addPart(write, block)
    } else {
      const ended = block ? finishedItem(block, request) : { ...known.item, status: 'failed' }
      closing += endParts(write, at, block, known) + tellDone(write, output, at, JSON.stringify(ended))
      if (block) events.push(...cutInput(block, known), { type: `${block.type}-end`, index: at })
    }
  })

  const identity = { id: stringOf(response['id']) ?? '', model: stringOf(response['model']) ?? '', createdAtMs: nowMs }
  // The last frame repeats the response object, which is the provider's.
  const asked = { ...request, echo: response }
  const place = { opening: { write, isAnnounced: true }, blocks, running: new Map(), output, items: items.length }
  const encode = createEncoder(identity, asked, place)
  return { events, closing, encode, sign: () => writeSign(place, identity, asked), isWhole: false }
}

/** As the request's tools are named, whatever their namespace on the wire. */
function nameOf(item: JsonObject, { tools }: ChatRequest): string {
  const tool = tools.find(
    (known) =>
      known.type === 'function' &&
      plainName(known) === item['name'] &&
      (known.namespace?.group ?? null) === (item['namespace'] ?? null),
  )
  return tool?.type === 'function' ? tool.name : (stringOf(item['name']) ?? '')
}

function blockOf({ part, index }: GatheredBlock, known: SeenItem, request: ChatRequest): Block {
  const { item, input } = known
  const place = { id: stringOf(item['id']) ?? '', at: index }
  if (part.type !== 'tool-call') return { type: part.type, ...place, text: part.text }
  const call = { id: part.id, name: part.name }
  const text = input === '' ? part.input : jsonOf(known)
  return { type: 'tool-call', ...place, text, call, kind: callKind(request, part.name), told: input.length }
}

/** A custom call's plain text as a call's JSON; without the quote and the brace that end it, until it was said to be whole. */
function jsonOf({ input, hasText }: SeenItem): string {
  const json = freeformInput(input)
  return hasText ? json : json.slice(0, -2)
}

/** What the decoder keeps back until a custom call is whole. */
function cutInput(block: Block, known: SeenItem): StreamEvent[] {
  return known.input === '' ? [] : [{ type: 'tool-call-delta', index: block.at, json: jsonOf(known) }]
}

function addPart(write: Write, { id, at }: Block): string {
  const part = textPart('')
  return write('response.content_part.added', { item_id: id, output_index: at, content_index: 0, part })
}

/** What nobody else can continue ends with what was said of it: thoughts without a seal, a server's tool as failed. */
function endParts(write: Write, at: number, block: Block | undefined, known: SeenItem): string {
  if (!block || block.type === 'tool-call') return ''
  const where = { item_id: block.id, output_index: at }
  const { text } = block
  const [prefix, index, part] =
    block.type === 'text'
      ? (['response.output_text', { content_index: 0 }, textPart(text)] as const)
      : (['response.reasoning_summary_text', { summary_index: 0 }, { type: 'summary_text', text }] as const)
  const partName = block.type === 'text' ? 'response.content_part' : 'response.reasoning_summary_part'
  const isOpen = known.hasPart
  return (
    (isOpen && !known.hasText ? write(`${prefix}.done`, { ...where, ...index, text }) : '') +
    (isOpen && !known.isPartDone ? write(`${partName}.done`, { ...where, ...index, part }) : '')
  )
}

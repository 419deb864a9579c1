/** A whole answer in no dialect, and how a streamed one becomes whole. */
import type { Emit, Finish, FinishReason, StreamEvent, Usage } from './events.ts'
import type { Failure } from './failure.ts'
import type { AssistantPart, ReasoningPart, TextPart, ToolCallPart } from './request.ts'

export interface ChatResponse {
  id: string
  model: string
  content: AssistantPart[]
  reason: FinishReason
  rawReason?: string
  stopSequence?: string
  usage: Usage
}

export type Collected = { ok: true; response: ChatResponse } | { ok: false; failure: Failure }

/** Gathers a stream's events; `done` is called once, at its `finish` or `failure`. */
export function createCollector(done: (collected: Collected) => void): Emit {
  const blocks = new Map<number, TextPart | ReasoningPart | ToolCallPart>()
  const content: AssistantPart[] = []
  let start = { id: '', model: '' }

  const open = (index: number, part: TextPart | ReasoningPart | ToolCallPart): void => {
    blocks.set(index, part)
    content.push(part)
  }

  return (event: StreamEvent): void => {
    switch (event.type) {
      case 'start':
        start = { id: event.id, model: event.model }
        return
      case 'text-start':
        return open(event.index, { type: 'text', text: '' })
      case 'reasoning-start':
        return open(event.index, { type: 'reasoning', text: '' })
      case 'tool-call-start':
        return open(event.index, { type: 'tool-call', id: event.id, name: event.name, input: '' })
      case 'text-delta':
      case 'reasoning-delta':
      case 'tool-call-delta':
      case 'text-end':
      case 'reasoning-end':
      case 'tool-call-end':
        return extend(blocks.get(event.index), event)
      case 'opaque':
        content.push({ type: 'opaque', dialect: event.dialect, kind: 'block', value: event.value })
        return
      case 'finish':
        return done({ ok: true, response: { ...start, content, ...finishFields(event) } })
      case 'failure':
        return done({ ok: false, failure: event.failure })
    }
  }
}

type BlockEvent = Extract<StreamEvent, { index: number }>

function extend(part: TextPart | ReasoningPart | ToolCallPart | undefined, event: BlockEvent): void {
  if (part?.type === 'text' && event.type === 'text-delta') part.text += event.text
  if (part?.type === 'text' && event.type === 'text-end' && event.citations) part.citations = event.citations
  if (part?.type === 'reasoning' && event.type === 'reasoning-delta') part.text += event.text
  if (part?.type === 'reasoning' && event.type === 'reasoning-end' && event.seal) part.seal = event.seal
  if (part?.type === 'tool-call' && event.type === 'tool-call-delta') part.input += event.json
}

function finishFields(finish: Finish): Omit<Finish, 'type'> {
  const { type: _, ...fields } = finish
  return fields
}

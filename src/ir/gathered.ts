/** What has been said so far of an answer that is still coming. */
import type { AnswerPart, McpPart } from './answer.ts'
import type { McpEvent, StreamEvent, Usage } from './events.ts'
import type { ReasoningPart, TextPart, ToolCallPart } from './request.ts'

export interface Gathered {
  readonly id: string
  readonly model: string
  /** As the answer's beginning stated it: mostly what the prompt cost. */
  readonly usage: Usage
  /** In the order in which it began. */
  readonly content: readonly AnswerPart[]
  /** Those that may go on. */
  readonly blocks: readonly GatheredBlock[]
  /** The first index that nothing has yet. */
  readonly free: number
}

export interface GatheredBlock {
  readonly index: number
  readonly part: TextPart | ReasoningPart | ToolCallPart
  readonly isClosed: boolean
}

export interface Gatherer {
  /** Everything but the end, which is no part of the content. */
  take(event: StreamEvent): void
  /** Grows while events are taken. */
  readonly gathered: Gathered
}

interface OpenBlock {
  index: number
  part: TextPart | ReasoningPart | ToolCallPart
  isClosed: boolean
}

/** Costs a look-up and a concatenation a delta. */
export function createGatherer(): Gatherer {
  const gathered = { id: '', model: '', usage: {}, content: [] as AnswerPart[], blocks: [] as OpenBlock[], free: 0 }
  const byIndex = new Map<number, OpenBlock>()
  const running = new Map<number, Extract<McpPart, { type: 'mcp-call' }>>()

  const open = (index: number, part: OpenBlock['part']): void => {
    const block = { index, part, isClosed: false }
    byIndex.set(index, block)
    gathered.free = Math.max(gathered.free, index + 1)
    gathered.blocks.push(block)
    gathered.content.push(part)
  }

  return {
    gathered,
    take: (event) => {
      switch (event.type) {
        case 'start':
          gathered.id = event.id
          gathered.model = event.model
          gathered.usage = event.usage ?? {}
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
          return extend(byIndex.get(event.index), event)
        case 'mcp-call-start': {
          const part: McpPart = { type: 'mcp-call', call: event.call }
          running.set(event.index, part)
          gathered.free = Math.max(gathered.free, event.index + 1)
          gathered.content.push(part)
          return
        }
        case 'mcp-call-end': {
          const part = running.get(event.index)
          if (part) part.result = event.result
          return
        }
        case 'mcp-list':
        case 'mcp-approval':
          gathered.content.push(event)
          return
        case 'opaque':
          gathered.content.push({ type: 'opaque', dialect: event.dialect, kind: 'block', value: event.value })
          return
        case 'finish':
        case 'failure':
          return
      }
    },
  }
}

type BlockEvent = Exclude<Extract<StreamEvent, { index: number }>, McpEvent>

function extend(block: OpenBlock | undefined, event: BlockEvent): void {
  if (!block) return
  const { part } = block
  if (event.type.endsWith('-end')) block.isClosed = true
  if (part.type === 'text' && event.type === 'text-delta') part.text += event.text
  if (part.type === 'text' && event.type === 'text-end' && event.citations) part.citations = event.citations
  if (part.type === 'reasoning' && event.type === 'reasoning-delta') part.text += event.text
  if (part.type === 'reasoning' && event.type === 'reasoning-end' && event.seal) part.seal = event.seal
  if (part.type === 'tool-call' && event.type === 'tool-call-delta') part.input += event.json
}

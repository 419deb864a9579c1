/** What becomes of a text that a model says, for tests of the calls in it. */
import type { StreamEvent } from '../src/ir/events.ts'
import { keepGrammar } from '../src/ir/grammar.ts'
import type { FunctionTool } from '../src/ir/request.ts'
import { createSpokenCalls, type Listening } from '../src/spoken/spoken-calls.ts'

const file = { type: 'string' }

export const tools: FunctionTool[] = [
  {
    type: 'function',
    name: 'Bash',
    inputSchema: {
      type: 'object',
      properties: { command: { type: 'string' }, timeout: { type: 'number' }, run_in_background: { type: 'boolean' } },
      required: ['command'],
      additionalProperties: false,
    },
  },
  {
    type: 'function',
    name: 'Write',
    inputSchema: {
      type: 'object',
      properties: { file_path: file, content: { type: 'string' } },
      required: ['file_path', 'content'],
    },
  },
  {
    type: 'function',
    name: 'plan',
    inputSchema: {
      type: 'object',
      properties: { steps: { $ref: '#/$defs/steps' }, id: { type: 'integer' }, note: { type: ['string', 'null'] } },
      $defs: { steps: { type: 'array', items: { type: 'object' } } },
    },
  },
  { type: 'function', name: 'list_mailboxes', inputSchema: { type: 'object', properties: {} } },
]

/** Texts as they are, calls as `{ name, input }`, in their order. */
export type Heard = string | { name: string; input: string }

export interface Answer {
  heard: Heard[]
  reason: string | undefined
  made: number
  events: StreamEvent[]
  /** The most characters that were held at once, while the text was coming. */
  mostHeld: number
}

export function hear(pieces: readonly string[], options: Partial<Listening> = {}): Answer {
  const events: StreamEvent[] = []
  let made = 0
  let said = 0
  const listening: Listening = {
    tools,
    wantsJson: false,
    isBegun: false,
    idOf: (index) => `call_${index}`,
    onMade: (count) => (made += count),
    ...options,
  }
  const take = createSpokenCalls((event) => {
    events.push(event)
    if (event.type === 'text-delta') said += event.text.length
  }, listening)
  let given = 0
  let mostHeld = 0
  take({ type: 'start', id: '', model: 'm' })
  take({ type: 'text-start', index: 0 })
  for (const text of pieces) {
    take({ type: 'text-delta', index: 0, text })
    given += text.length
    mostHeld = Math.max(mostHeld, given - said)
  }
  take({ type: 'text-end', index: 0 })
  take({ type: 'finish', reason: 'stop', rawReason: 'stop', usage: {} })
  return { heard: heardIn(events), reason: reasonOf(events), made, events, mostHeld }
}

/** Also holds the grammar of events: what it would have to mend is a fault. */
function heardIn(events: readonly StreamEvent[]): Heard[] {
  const kept: StreamEvent[] = []
  const keep = keepGrammar((event) => kept.push(event))
  for (const event of events) keep(event)
  if (kept.length !== events.length) throw new Error('The events break their grammar.')
  const blocks = new Map<number, Heard>()
  for (const event of events) {
    if (event.type === 'text-start') blocks.set(event.index, '')
    if (event.type === 'tool-call-start') blocks.set(event.index, { name: event.name, input: '' })
    if (!('index' in event)) continue
    const block = blocks.get(event.index)
    if (event.type === 'text-delta' && typeof block === 'string') blocks.set(event.index, block + event.text)
    if (event.type === 'tool-call-delta' && typeof block === 'object') block.input += event.json
  }
  return [...blocks.values()]
}

function reasonOf(events: readonly StreamEvent[]): string | undefined {
  const last = events.at(-1)
  return last?.type === 'finish' ? last.reason : undefined
}

/** The smallest pieces that there are: the grammar of events has no half of a character in any. */
export function signs(text: string): string[] {
  return Array.from(text)
}

import { describe, expect, it } from 'vitest'
import { countText } from '../context/count/vocabularies.ts'
import type { StreamEvent } from '../ir/events.ts'
import { createGatherer } from '../ir/gathered.ts'
import type { ChatRequest } from '../ir/request.ts'
import { continuationOf } from './continuation.ts'
import type { Way } from './overlap.ts'
import { findMissing } from './plan.ts'
import { plainRequest } from '../../test/plain-request.ts'

const request: ChatRequest = {
  ...plainRequest,
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'How is the weather?' }] }],
  tools: ['weather', 'time'].map((name) => ({ type: 'function', name, inputSchema: { type: 'object' } })),
  sampling: { stopSequences: [], maxOutputTokens: 1000 },
  reasoning: { effort: 'high' },
}

const thought: StreamEvent[] = [
  { type: 'reasoning-start', index: 0 },
  { type: 'reasoning-delta', index: 0, text: 'Hm.' },
  { type: 'reasoning-end', index: 0 },
]
const said = (text: string): StreamEvent[] => [
  { type: 'text-start', index: 1 },
  { type: 'text-delta', index: 1, text },
]
const called = (json: string): StreamEvent[] => [
  { type: 'tool-call-start', index: 2, id: 'c1', name: 'weather' },
  { type: 'tool-call-delta', index: 2, json },
]

function asked(events: readonly StreamEvent[], way: Way, changes: Partial<ChatRequest> = {}): ChatRequest {
  const gatherer = createGatherer()
  for (const event of events) gatherer.take(event)
  const all = { ...request, ...changes }
  return continuationOf(all, gatherer.gathered, findMissing(gatherer.gathered, all.output), way)
}

const added = ({ messages }: ChatRequest): unknown[] => messages.slice(request.messages.length)

describe('what the next target is asked', () => {
  it('is the question as it was, when only thoughts were seen', () => {
    expect(asked(thought, 'plea')).toEqual(request)
  })

  it('is to go on with what was said, without its thoughts and without new ones', () => {
    const continued = asked([...thought, ...said('The sun sh')], 'prefill')
    expect(added(continued)).toEqual([{ role: 'assistant', content: [{ type: 'text', text: 'The sun sh' }] }])
    expect(continued.reasoning).toBeUndefined()
  })

  it('is, in words, to begin with the last words of it', () => {
    const [, plea] = added(asked(said('In Bern the sun shines and the birds sing in the gar'), 'plea'))
    expect(JSON.stringify(plea)).toContain('character for character: birds sing in the gar\\n')
  })

  it('is shown no half of a character, which it could not repeat', () => {
    for (const end of ['', '.', 'ab', 'abc']) {
      const [, plea] = added(asked(said('🧭'.repeat(150) + end), 'plea'))
      expect(JSON.stringify(plea)).not.toMatch(/\\ud/)
    }
  })

  it('is no longer to call a tool, once a server has run one', () => {
    const call = { id: 'm1', server: 'docs', name: 'search', input: '{}' }
    const ran: StreamEvent[] = [
      { type: 'mcp-call-start', index: 1, call },
      { type: 'mcp-call-end', index: 1, result: { type: 'ran', content: [], isError: false } },
    ]
    const must = { toolChoice: { type: 'required' } } as const
    expect(asked(ran, 'plea', must).toolChoice).toEqual({ type: 'auto' })
    expect(asked(thought, 'plea', must).toolChoice).toEqual({ type: 'required' })
  })

  it('leaves less room, as the limit is one for both halves, but never none', () => {
    const begun = 'It goes on and on. '.repeat(40)
    expect(asked(said(begun), 'plea').sampling.maxOutputTokens).toBe(1000 - countText(begun))
    expect(asked(said('x'.repeat(9000)), 'plea').sampling.maxOutputTokens).toBe(256)
  })

  it('is the same call of the same tool again, and nothing else', () => {
    const again = asked([...said('Let me look.'), { type: 'text-end', index: 1 }, ...called('{"city":"Be')], 'prefill')
    expect(again.tools.map((tool) => tool.type === 'function' && tool.name)).toEqual(['weather'])
    expect(again.toolChoice).toEqual({ type: 'tool', name: 'weather' })
    expect(JSON.stringify(added(again))).toContain(JSON.stringify('exactly this: {"city":"Be').slice(1, -1))
  })

  it('is the whole JSON again, when that is what was cut', () => {
    const again = asked(said('{"city":"Be'), 'prefill', { output: { type: 'json' } })
    expect(added(again)).toHaveLength(1)
    expect(again.output).toEqual({ type: 'json' })
  })
})

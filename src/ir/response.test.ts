import { describe, expect, it } from 'vitest'
import type { StreamEvent } from './events.ts'
import { createCollector, type Collected } from './response.ts'

function collect(...events: StreamEvent[]): Collected[] {
  const all: Collected[] = []
  const take = createCollector((collected) => all.push(collected))
  for (const event of events) take(event)
  return all
}

const start: StreamEvent = { type: 'start', id: 'msg_1', model: 'm' }
const finish: StreamEvent = {
  type: 'finish',
  reason: 'stop',
  rawReason: 'stop_sequence',
  stopSequence: 'END',
  usage: { inputTokens: 3, outputTokens: 2 },
}

describe('createCollector', () => {
  it('makes one whole answer of a stream', () => {
    const seal = { dialect: 'anthropic', kind: 'signature', value: 'EqQB' } as const
    const [collected, ...more] = collect(
      start,
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: 'Hm' },
      { type: 'reasoning-end', index: 0, seal },
      { type: 'text-start', index: 1 },
      { type: 'text-delta', index: 1, text: 'Hel' },
      { type: 'text-delta', index: 1, text: 'lo' },
      { type: 'text-end', index: 1, citations: [{ title: 'x' }] },
      { type: 'opaque', dialect: 'anthropic', value: { type: 'server_tool_use' } },
      finish,
    )
    expect(more).toEqual([])
    expect(collected).toEqual({
      ok: true,
      response: {
        id: 'msg_1',
        model: 'm',
        content: [
          { type: 'reasoning', text: 'Hm', seal },
          { type: 'text', text: 'Hello', citations: [{ title: 'x' }] },
          { type: 'opaque', dialect: 'anthropic', kind: expect.any(String), value: { type: 'server_tool_use' } },
        ],
        reason: 'stop',
        rawReason: 'stop_sequence',
        stopSequence: 'END',
        usage: { inputTokens: 3, outputTokens: 2 },
      },
    })
  })

  it('keeps interleaved calls apart, in the order in which they were opened', () => {
    const [collected] = collect(
      start,
      { type: 'tool-call-start', index: 5, id: 'a', name: 'one' },
      { type: 'tool-call-start', index: 2, id: 'b', name: 'two' },
      { type: 'tool-call-delta', index: 2, json: '{"b"' },
      { type: 'tool-call-delta', index: 5, json: '{}' },
      { type: 'tool-call-delta', index: 2, json: ':2}' },
      { type: 'tool-call-end', index: 5 },
      { type: 'tool-call-end', index: 2 },
      finish,
    )
    expect(collected).toMatchObject({
      response: {
        content: [
          { type: 'tool-call', id: 'a', name: 'one', input: '{}' },
          { type: 'tool-call', id: 'b', name: 'two', input: '{"b":2}' },
        ],
      },
    })
  })

  it('gives the failure in place of an answer that broke off', () => {
    const failure = { kind: 'overloaded', message: 'busy' } as const
    expect(collect(start, { type: 'text-start', index: 0 }, { type: 'failure', failure })).toEqual([
      { ok: false, failure },
    ])
  })

  it('says nothing before the end', () => {
    expect(collect(start, { type: 'text-start', index: 0 }, { type: 'text-delta', index: 0, text: 'x' })).toEqual([])
  })

  it('knows an answer without content', () => {
    expect(collect(start, finish)).toMatchObject([{ ok: true, response: { content: [] } }])
  })
})

import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../ir/events.ts'
import type { Output } from '../../ir/request.ts'
import { CheckedSink } from './checked-sink.ts'

const output: Output = { type: 'json', schema: { type: 'object', required: ['a'] } }

function answer(reason: 'stop' | 'length' | 'tool-calls', ...texts: string[]): StreamEvent[] {
  return [
    { type: 'start', id: '', model: '' },
    { type: 'text-start', index: 0 },
    ...texts.map((text): StreamEvent => ({ type: 'text-delta', index: 0, text })),
    { type: 'text-end', index: 0 },
    { type: 'finish', reason, usage: {} },
  ]
}

function open() {
  const given: StreamEvent[] = []
  const sink = new CheckedSink({ isCommitted: false, event: (event) => given.push(event), flush: () => true }, output)
  return { given, sink }
}

describe('an answer held back for a check', () => {
  it('reaches the client as it came when it holds', () => {
    const { given, sink } = open()
    const events = answer('stop', '{"a"', ':1}')
    for (const event of events.slice(0, -1)) sink.event(event)
    expect(given).toEqual([])
    sink.event(events.at(-1)!)
    expect(given).toEqual(events)
    expect(sink.flaw).toBeUndefined()
  })

  it('loses what the model wrote around its JSON', () => {
    const { given, sink } = open()
    answer('stop', 'Sure: ', '{"a":1}').forEach(sink.event)
    expect(given).toEqual(answer('stop', '{"a":1}'))
  })

  it('reaches nobody when it does not hold, until it is given anyway', () => {
    const { given, sink } = open()
    const events = answer('stop', '{"b":1}')
    events.forEach(sink.event)
    expect(given).toEqual([])
    expect(sink.flaw).toMatchObject({ text: '{"b":1}', problem: expect.stringContaining('a') })
    sink.giveAnyway()
    expect(given).toEqual(events)
  })

  it.each(['length', 'tool-calls'] as const)('is not judged when it ended for another reason: %s', (reason) => {
    const { given, sink } = open()
    answer(reason, '{"b"').forEach(sink.event)
    expect(given).toEqual(answer(reason, '{"b"'))
  })
})

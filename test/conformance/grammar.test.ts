import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../src/ir/events.ts'
import { grammarFaults } from './grammar.ts'

const start: StreamEvent = { type: 'start', id: 'a', model: 'm' }
const finish: StreamEvent = { type: 'finish', reason: 'stop', usage: {} }
const failure: StreamEvent = { type: 'failure', failure: { kind: 'overloaded', message: 'busy' } }
const open = (index: number): StreamEvent => ({ type: 'text-start', index })
const say = (index: number): StreamEvent => ({ type: 'text-delta', index, text: 'x' })
const close = (index: number): StreamEvent => ({ type: 'text-end', index })

describe('grammarFaults', () => {
  it.each<[string, StreamEvent[]]>([
    ['a start and an end', [start, finish]],
    ['a block', [start, open(0), say(0), close(0), finish]],
    ['interleaved blocks', [start, open(0), open(1), say(1), say(0), close(1), close(0), finish]],
    ['a failure inside a block', [start, open(0), say(0), failure]],
    ['a failure before anything', [failure]],
  ])('accepts %s', (_what, events) => {
    expect(grammarFaults(events)).toEqual([])
  })

  it.each<[string, StreamEvent[], string]>([
    ['no end', [start], 'there is neither a finish nor a failure'],
    ['no start', [open(0), close(0), finish], 'event 0 (text-start) comes before the start'],
    ['two starts', [start, start, finish], 'event 1 (start) is a second start'],
    ['two ends', [start, finish, failure], 'event 2 (failure) comes after the end'],
    ['an open block at the finish', [start, open(4), finish], 'event 2 (finish) leaves blocks open: 4'],
    ['a delta without its block', [start, say(0), finish], 'event 1 (text-delta) has no open text block at index 0'],
    [
      'a delta after the end',
      [start, open(0), close(0), say(0), finish],
      'event 3 (text-delta) has no open text block at index 0',
    ],
    [
      'an index used twice',
      [start, open(0), close(0), open(0), close(0), finish],
      'event 3 (text-start) uses index 0 again',
    ],
    [
      'a delta of another kind',
      [start, open(0), { type: 'tool-call-delta', index: 0, json: '{' }, close(0), finish],
      'event 2 (tool-call-delta) has no open tool-call block at index 0',
    ],
  ])('finds %s', (_what, events, fault) => {
    expect(grammarFaults(events)).toContain(fault)
  })
})

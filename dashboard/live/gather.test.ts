import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import type { Change } from '../model/apply.ts'
import { exchange } from '../model/sample.ts'
import { gather } from './gather.ts'

const heard = (id: number): Change => ({
  type: 'event',
  event: { event: 'exchange', data: exchange(id, id) },
  nowMs: 0,
})
const live: Change = { type: 'link', link: { is: 'live' } }

describe('what the page hears', () => {
  it('is taken in together where many exchanges come at once', () => {
    const clock = new FakeClock()
    const taken: Change[][] = []
    const tell = gather(clock, (changes) => taken.push(changes))
    tell(heard(1))
    clock.advance(40)
    tell(heard(2))
    expect(taken).toEqual([])
    clock.advance(10)
    expect(taken).toEqual([[heard(1), heard(2)]])
    tell(heard(3))
    clock.advance(50)
    expect(taken).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  it('keeps its order: whatever is no exchange is taken in at once, with all that came before it', () => {
    const clock = new FakeClock()
    const taken: Change[][] = []
    const tell = gather(clock, (changes) => taken.push(changes))
    tell(heard(1))
    tell(live)
    expect(taken).toEqual([[heard(1), live]])
    clock.advance(1000)
    expect(taken).toHaveLength(1)
  })
})

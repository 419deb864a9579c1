import { describe, expect, it } from 'vitest'
import { barOf, lengthOf, phasesOf } from './phases.ts'
import { attempt, exchange } from './sample.ts'

describe('the phases of an attempt', () => {
  it('follow one another from its beginning to its end', () => {
    const whole = attempt('local', { startMs: 10, turnMs: 30, connectMs: 32, headMs: 90, contentMs: 95, endMs: 400 })
    expect(phasesOf(whole, 400)).toEqual([
      { name: 'queue', fromMs: 10, toMs: 30 },
      { name: 'connect', fromMs: 30, toMs: 32 },
      { name: 'head', fromMs: 32, toMs: 90 },
      { name: 'first-content', fromMs: 90, toMs: 95 },
      { name: 'content', fromMs: 95, toMs: 400 },
    ])
  })

  it('leave out a moment that is not known', () => {
    const { contentMs: _, ...silent } = attempt('cloud', { connectMs: 20, endMs: 50 })
    expect(phasesOf(silent, 50)).toEqual([
      { name: 'connect', fromMs: 0, toMs: 20 },
      { name: 'head', fromMs: 20, toMs: 50 },
    ])
  })

  it('go on until now while it is open', () => {
    const { contentMs: _, endMs: _end, ...open } = attempt('local', { end: { is: 'open' } })
    expect(phasesOf(open, 700)).toEqual([{ name: 'queue', fromMs: 0, toMs: 700 }])
    expect(phasesOf({ ...open, turnMs: 300 }, 700).at(-1)).toEqual({ name: 'connect', fromMs: 300, toMs: 700 })
    expect(phasesOf({ ...open, kind: 'cloud' }, 700)).toEqual([{ name: 'connect', fromMs: 0, toMs: 700 }])
  })

  it('are none where it was not asked', () => {
    expect(
      phasesOf(attempt('cloud', { end: { is: 'skipped', reason: 'overloaded', words: 'overloaded' } }), 9),
    ).toEqual([])
  })
})

describe('the bar of an answer', () => {
  it('shows who let the client wait, who spoke, and where one went on for another', () => {
    const entry = exchange(1, 0, [
      attempt('cloud', {
        contentMs: 100,
        endMs: 400,
        end: { is: 'broken', reason: 'network', words: 'connection reset' },
      }),
      attempt('local', { how: 'seam', startMs: 400, contentMs: 600, endMs: 1000 }),
    ])
    expect(barOf(entry, 0)).toEqual([
      { kind: 'cloud', is: 'waiting', from: 0, to: 0.1, isSeam: false },
      { kind: 'cloud', is: 'speaking', from: 0.1, to: 0.4, isSeam: false },
      { kind: 'local', is: 'waiting', from: 0.4, to: 0.6, isSeam: false },
      { kind: 'local', is: 'speaking', from: 0.6, to: 1, isSeam: true },
    ])
  })

  it('shows nothing said of one that lost the race, or was not asked', () => {
    const skipped = attempt('cloud', { end: { is: 'skipped', reason: 'overloaded', words: 'overloaded' } })
    const lost = attempt('cloud', { endMs: 1000, end: { is: 'lost' } })
    const pieces = barOf(exchange(1, 0, [skipped, lost, attempt('local', { endMs: 1000 })]), 0)
    expect(pieces.map(({ kind, is }) => `${kind} ${is}`)).toEqual(['cloud waiting', 'local waiting', 'local speaking'])
  })
})

describe('the length of an exchange', () => {
  it('is its own once it is over, and grows until then', () => {
    expect(lengthOf(exchange(1, 5000), 99_000)).toBe(1100)
    const { totalMs: _, ...open } = exchange(1, 5000, [], { end: { is: 'open' } })
    expect(lengthOf(open, 5700)).toBe(700)
    expect(lengthOf(open, 4000)).toBe(1)
  })
})

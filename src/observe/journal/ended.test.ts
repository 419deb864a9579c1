import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { createEnded, type Ended } from './ended.ts'
import type { Entry } from './entry.ts'

let clock: FakeClock
let ended: Ended
let told: string[]
let completed: number

beforeEach(() => {
  clock = new FakeClock()
  ended = createEnded(() => undefined, clock)
  told = []
  completed = 0
  ended.listen(({ id, model }) => told.push(`${id}: ${model}`))
})

/** An exchange of which the model is read last. */
function end(id: string, read = (): void => {}): void {
  const facts = { atMs: 0, dialect: 'anthropic', about: 'conversation', isStream: false } as const
  const entry: Entry = { id, ...facts, attempts: [], end: { is: 'gone' } }
  const complete = (): void => {
    read()
    Object.assign(entry, { model: (completed += 1) })
  }
  ended.add({ entry, complete })
}

describe('exchanges that have ended', () => {
  it('are told a second later, each once it is complete', () => {
    end('a')
    end('b')
    clock.advance(999)
    expect(told).toEqual([])
    clock.advance(1)
    expect(told).toEqual(['a: 1', 'b: 2'])
    expect(clock.pending).toBe(0)
  })

  it('are told at once where somebody wants to know, and not again', () => {
    end('a')
    ended.flush()
    expect(told).toEqual(['a: 1'])
    expect(clock.pending).toBe(0)
    ended.flush()
    expect(told).toHaveLength(1)
  })

  it('do not gather without an end', () => {
    for (let at = 0; at < 100; at += 1) end(String(at))
    expect(told).toHaveLength(64)
  })

  it('are all told, and nobody else fails, where one of them or one of those who are told has a fault', () => {
    const faults: unknown[] = []
    ended = createEnded(
      () => undefined,
      clock,
      (error) => faults.push(error),
    )
    ended.listen(({ id }) => {
      if (id === 'b') throw new Error('told')
    })
    ended.listen(({ id, model }) => told.push(`${id}: ${model}`))
    end('a', () => {
      throw new Error('read')
    })
    end('b')
    end('c')
    clock.advance(1000)
    expect(told).toEqual(['a: undefined', 'b: 1', 'c: 2'])
    expect(faults.map(String)).toEqual(['Error: read', 'Error: told'])
  })

  it('are counted to the last one before a stop, and no more after it', () => {
    end('a')
    ended.stop()
    end('b')
    ended.flush()
    expect(told).toEqual(['a: 1'])
    expect(clock.pending).toBe(0)
  })
})

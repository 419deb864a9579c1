import { describe, expect, it } from 'vitest'
import type { Clock } from '../../clock.ts'
import { commentOf, pause } from './signs-of-life.ts'
import type { Reply } from './reply.ts'

/** A client that notes what it gets, and can leave. */
function client() {
  const got: string[] = []
  let isGone = false
  let onGone = (): void => {}
  const reply: Reply = {
    get isGone() {
      return isGone
    },
    onGone: (callback) => void (onGone = callback),
    head: (status, _message, headers) => got.push(`${status} ${headers.join(' ')}`),
    flushHead: () => {},
    write: (chunk) => got.push(String(chunk)) > 0,
    onDrain: () => {},
    end: (chunk = '') => got.push(`${String(chunk)}[end]`),
    abort: () => {},
  }
  const leave = (): void => {
    isGone = true
    onGone()
  }
  return { reply, got, leave }
}

/** Time passes as soon as somebody waits for it. */
function eagerClock() {
  const waits: number[] = []
  const clock: Clock = {
    now: () => 0,
    after: (ms, callback) => {
      waits.push(ms)
      callback()
      return () => {}
    },
  }
  return { clock, waits }
}

describe('a pause', () => {
  it.each([
    [0, [], 0],
    [1500, [1500], 0],
    [2000, [2000], 0],
    [5000, [2000, 2000, 1000], 2],
  ])('of %d ms waits %j, with %d signs of life', async (ms, expected, signs) => {
    const { clock, waits } = eagerClock()
    let seen = 0
    await pause(clock, client().reply, ms, () => (seen += 1))
    expect([waits, seen]).toEqual([expected, signs])
  })

  it('ends when the client leaves', async () => {
    const { reply, leave } = client()
    const cancelled: number[] = []
    const clock: Clock = { now: () => 0, after: (ms) => () => void cancelled.push(ms) }
    const waiting = pause(clock, reply, 60_000, () => {})
    leave()
    await waiting
    expect(cancelled).toEqual([2000])
  })
})

describe('what headers would say', () => {
  it('is a comment, where the wire has any', () => {
    expect(commentOf('anthropic', ['X-Trooper-Fallback', 'm', 'X-Trooper-Reason', 'timeout'])).toBe(
      ': X-Trooper-Fallback: m\n: X-Trooper-Reason: timeout\n\n',
    )
    expect(commentOf('ollama', ['X-Trooper-Fallback', 'm'])).toBe('')
    expect(commentOf('anthropic', [])).toBe('')
  })
})

import { describe, expect, it } from 'vitest'
import type { Clock } from '../clock.ts'
import { commentOf, openEarly, pause } from './signs-of-life.ts'
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

describe('a stream that is begun before anybody answers', () => {
  it('gets signs of life, then the answer without its head', () => {
    const { reply, got } = client()
    const early = openEarly(reply, 'anthropic')
    early?.keepAlive()
    early?.head(200, 'OK', ['content-type', 'text/event-stream', 'X-Trooper-Fallback', 'm', 'request-id', 'r'])
    early?.write('event: message_start\n\n')
    early?.end()
    expect(got).toEqual([
      '200 content-type text/event-stream; charset=utf-8 cache-control no-cache',
      'event: ping\ndata: {"type": "ping"}\n\n',
      ': X-Trooper-Fallback: m\n\n',
      'event: message_start\n\n',
      '[end]',
    ])
  })

  it('is told in-band of a failure, and of an answer that is no stream', () => {
    const failing = client()
    openEarly(failing.reply, 'openai-chat')?.fail({ kind: 'bad-key', message: 'Wrong key.' })
    expect(failing.got.at(-1)).toMatch(/^data: .*Wrong key\./)
    const whole = client()
    const early = openEarly(whole.reply, 'anthropic')
    early?.head(200, 'OK', ['content-type', 'application/json'])
    early?.write('{"half":')
    early?.end('1}')
    expect(whole.got).toHaveLength(2)
    expect(whole.got.at(-1)).toMatch(/^event: error\n/)
  })

  it('is not begun where the wire has no sign of life', () => {
    const { reply, got } = client()
    expect(openEarly(reply, 'ollama')).toBeUndefined()
    expect(got).toEqual([])
    expect(commentOf('ollama', ['X-Trooper-Fallback', 'm'])).toBe('')
  })
})

import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { EarlyReply } from './early-reply.ts'
import type { Reply } from './reply.ts'

/** A client that notes what it gets. */
function client(dialect: ConstructorParameters<typeof EarlyReply>[1]) {
  const got: string[] = []
  const reply: Reply = {
    isGone: false,
    onGone: () => {},
    head: (status, _message, headers) => got.push(`${status} ${headers.join(' ')}`),
    flushHead: () => got.push('[head]'),
    write: (chunk) => got.push(String(chunk)) > 0,
    onDrain: () => {},
    end: (chunk = '') => got.push(`${String(chunk)}[end]`),
    abort: () => got.push('[abort]'),
  }
  const clock = new FakeClock()
  return { early: new EarlyReply(reply, dialect, clock, clock.now()), got, clock }
}

const sign = 'event: ping\ndata: {"type":"ping"}\n\n'
const stream = ['content-type', 'text/event-stream']

describe('a reply that may be begun early', () => {
  it('is the client’s own as long as nobody has to wait', () => {
    const { early, got } = client('anthropic')
    early.head(200, 'OK', [...stream, 'request-id', 'r'])
    early.flushHead()
    early.write('event: message_start\n\n')
    early.end()
    expect(got).toEqual([
      '200 content-type text/event-stream request-id r',
      '[head]',
      'event: message_start\n\n',
      '[end]',
    ])
  })

  it('shows signs of life, then the answer without its head', () => {
    const { early, got } = client('anthropic')
    early.keepAlive(sign)
    expect(early.isBegun).toBe(true)
    early.head(200, 'OK', [...stream, 'X-Trooper-Fallback', 'm', 'request-id', 'r'])
    early.write('event: message_start\n\n')
    early.end()
    expect(got).toEqual([
      '200 content-type text/event-stream; charset=utf-8 cache-control no-cache',
      sign,
      ': X-Trooper-Fallback: m\n\n',
      'event: message_start\n\n',
      '[end]',
    ])
  })

  it('shows them in the middle of an answer that is streamed, and nowhere else', () => {
    const streamed = client('openai-chat')
    streamed.early.head(200, 'OK', stream)
    streamed.early.keepAlive(': waiting\n\n')
    streamed.early.end()
    streamed.early.keepAlive(': waiting\n\n')
    expect(streamed.got.slice(1)).toEqual([': waiting\n\n', '[end]'])
    const whole = client('openai-chat')
    whole.early.head(200, 'OK', ['content-type', 'application/json'])
    whole.early.keepAlive(': waiting\n\n')
    expect(whole.got).toHaveLength(1)
  })

  it('tells in-band of an answer that is no stream', () => {
    const { early, got } = client('anthropic')
    early.keepAlive(sign)
    early.head(200, 'OK', ['content-type', 'application/json'])
    early.write('{"half":')
    early.end('1}')
    expect(got).toHaveLength(3)
    expect(got.at(-1)).toMatch(/^event: error\n/)
  })

  it('knows since when the client has seen nothing', () => {
    const { early, clock } = client('anthropic')
    const beganAtMs = clock.now()
    clock.advance(5000)
    expect(early.silentSinceMs).toBe(beganAtMs)
    early.keepAlive(sign)
    expect(early.silentSinceMs).toBe(clock.now())
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClientDialectName } from '../../dialects/dialect.ts'
import { clientDialects } from '../../dialects/registry.ts'
import { PassedBytes } from './passed-bytes.ts'
import { StreamTail } from './stream-tail.ts'

/** Those that are relayed as server-sent events. */
type SseClientName = Exclude<ClientDialectName, 'ollama'>

const wholeStreams: { readonly [D in SseClientName]: string } = {
  anthropic:
    'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n' +
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  'openai-chat':
    'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n' +
    'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'openai-responses':
    'event: response.output_item.done\ndata: {"type":"response.output_item.done"}\n\n' +
    `event: response.completed\ndata: {"type":"response.completed","response":{"output":"${'x'.repeat(300)}"}}\n\n`,
}

function tail(dialect: SseClientName, chunks: readonly Uint8Array[]): StreamTail {
  const passed = new PassedBytes()
  for (const chunk of chunks) passed.push(Buffer.from(chunk))
  return new StreamTail(clientDialects[dialect].judgeFrame, passed)
}

describe.each(Object.keys(wholeStreams) as SseClientName[])('the tail of a relayed stream of %s', (dialect) => {
  const bytes = Buffer.from(wholeStreams[dialect])

  it('knows a whole stream', () => {
    expect(tail(dialect, [bytes]).isWhole()).toBe(true)
  })

  it('knows a whole stream for any chunking', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
        const places = cuts.sort((a, b) => a - b)
        const chunks = [0, ...places].map((from, at) => bytes.subarray(from, places[at] ?? bytes.length))
        expect(tail(dialect, chunks).isWhole()).toBe(true)
      }),
      { examples: [[Array.from(bytes.keys())]] },
    )
  })

  it('knows one whose line ends come one by one', () => {
    const end = wholeStreams[dialect].trimEnd()
    expect(tail(dialect, [Buffer.from(end), Buffer.from('\n'), Buffer.from('\n')]).isWhole()).toBe(true)
  })

  it('knows the last frame that came whole', () => {
    const end = wholeStreams[dialect].lastIndexOf('\n\n', bytes.length - 3) + 2
    const first = tail(dialect, [bytes.subarray(0, end)]).lastFrame()
    expect(first).toBeDefined()
    expect(tail(dialect, [bytes.subarray(0, bytes.length - 3)]).lastFrame()).toEqual(first)
    expect(tail(dialect, []).lastFrame()).toBeUndefined()
  })

  it('knows that a stream was cut', () => {
    const end = wholeStreams[dialect].lastIndexOf('\n\n', bytes.length - 3)
    expect(tail(dialect, [bytes.subarray(0, end)]).isWhole()).toBe(false)
    expect(tail(dialect, []).isWhole()).toBe(false)
  })

  it.each([
    'event: error',
    'response.completed',
    '[DONE]',
    '"finish_reason":"stop"',
    '"type":"error"',
    '"message_stop"',
  ])('is not deceived by a model that writes %s', (words) => {
    const said = `data: ${JSON.stringify({ type: 'x.delta', delta: { text: words } })}\n\n`
    expect(tail(dialect, [Buffer.from(said), Buffer.from('data: {"type":"x.delta"}\n\n')]).isWhole()).toBe(false)
  })
})

describe('a Responses stream', () => {
  it('is whole however long its last frame is, and wherever the name of that frame is cut', () => {
    const name = 'event: response.completed\n'
    const rest = Array.from({ length: 50 }, () => Buffer.from('x'.repeat(2000)))
    for (let at = 1; at < name.length; at += 1) {
      const chunks = [
        Buffer.from(`data: {}\n\n${name.slice(0, at)}`),
        Buffer.from(`${name.slice(at)}data: {"text":"`),
        ...rest,
        Buffer.from('"}\n\n'),
      ]
      expect(tail('openai-responses', chunks).isWhole()).toBe(true)
    }
  })
})

describe('a stream that stops', () => {
  it.each<[string, boolean]>([
    ['data: x\n\n', false],
    ['data: x\r\n\r\n', false],
    ['data: x\n', true],
    ['data: x\r\n', true],
    ['data: x', true],
    ['event: ping\ndata: ', true],
  ])('after %j is within a frame: %s', (text, within) => {
    const bytes = Buffer.from(text)
    const pieces = Array.from(bytes, (byte) => Buffer.from([byte]))
    expect(tail('anthropic', pieces).isWithinFrame).toBe(within)
    expect(tail('anthropic', [bytes]).isWithinFrame).toBe(within)
  })

  it('is known to be whole when no chunk of its long life ends where a frame does', () => {
    const frame = `data: {"type":"content_block_delta","text":"${'x'.repeat(30_000)}"}\n\n`
    const bytes = Buffer.from(frame.repeat(20) + 'event: message_stop\ndata: {"type":"message_stop"}\n\n')
    const chunks = Array.from({ length: Math.ceil(bytes.length / 7001) }, (_, at) =>
      bytes.subarray(at * 7001, (at + 1) * 7001),
    )
    expect(tail('anthropic', chunks).isWhole()).toBe(true)
    expect(tail('anthropic', chunks.slice(0, -1)).isWhole()).toBe(false)
  })
})

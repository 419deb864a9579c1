import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientDialects } from '../dialects/registry.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { AnswerHead } from '../upstream/attempt.ts'
import { endsWithinFrame, findBodyFault, StreamTail } from './inspect.ts'

function head(
  status: number,
  headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' },
): AnswerHead {
  return { status, statusMessage: '', headers, raw: [] }
}

function fault(body: string, status = 200, headers?: Record<string, string>) {
  return findBodyFault(head(status, headers), Buffer.from(body))
}

const message = { id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Hi' }] }

describe('findBodyFault', () => {
  it.each<[string, string]>([
    ['a message', JSON.stringify(message)],
    ['one with white space behind it', `${JSON.stringify(message)}\r\n \t\n`],
    ['a response whose error is null', '{"id":"resp_1","object":"response","error":null,"output":[]}'],
    ['pretty-printed null', '{\n  "error" : null,\n  "output": []\n}'],
    ['a list', '[{"a":1}]'],
    [
      'an answer that speaks of errors',
      JSON.stringify({ content: [{ type: 'text', text: '{"error":{"type":"x"}}' }] }),
    ],
    [
      'an answer with an error deeper inside',
      '{"content":[{"type":"web_search_tool_result","content":{"error":"max_uses"}}]}',
    ],
  ])('finds nothing in %s', (_what, body) => {
    expect(fault(body)).toBe('none')
  })

  it.each([
    '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    '{"error":{"message":"Quota","code":"insufficient_quota"}}',
    '{"error":"model not found"}',
    '[{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}]',
    '{ "id": "gen-1", "error" : {"code": 429} }',
  ])('finds the error inside a 200: %s', (body) => {
    expect(fault(body)).toEqual({ text: body })
  })

  it.each(['{"id":"msg_1","content":[{"type":"text","text":"Hel', '{"id":"msg_1",', '', '   ', '{"error":{"type":"x"'])(
    'finds that an answer was cut: %j',
    (body) => {
      expect(fault(body)).toBe('cut')
    },
  )

  it.each([400, 401, 429, 500, 529])('finds that %i is no success, whatever the body is', (status) => {
    expect(fault('{"ok":true}', status)).toEqual({ text: '{"ok":true}' })
    expect(fault('', status)).toEqual({ text: '' })
    expect(fault('<html>', status, { 'content-type': 'text/html' })).toEqual({ text: '<html>' })
  })

  it('leaves bodies alone that are no JSON', () => {
    expect(fault('audio', 200, { 'content-type': 'audio/mpeg' })).toBe('none')
    expect(fault('', 200, {})).toBe('none')
    expect(fault('', 204)).toBe('none')
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ] as const)('reads an error that an edge server compressed with %s', (encoding, compress) => {
    const text = '{"error":{"type":"overloaded_error"}}'
    expect(findBodyFault(head(529, { 'content-encoding': encoding }), compress(text))).toEqual({ text })
  })

  it('judges by its status alone what is not compressed as it says', () => {
    expect(fault('plain', 500, { 'content-encoding': 'gzip' })).toEqual({ text: 'plain' })
  })

  it('does not unpack a bomb', () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const found = findBodyFault(head(500, { 'content-encoding': 'gzip' }), bomb)
    expect(typeof found === 'object' && found.text.length).toBeLessThan(1024 * 1024)
  })
})

const wholeStreams: { readonly [D in ClientDialectName]: string } = {
  anthropic:
    'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n' +
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  'openai-chat':
    'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\ndata: [DONE]\n\n',
  'openai-responses':
    'event: response.output_item.done\ndata: {"type":"response.output_item.done"}\n\n' +
    `event: response.completed\ndata: {"type":"response.completed","response":{"output":"${'x'.repeat(300)}"}}\n\n`,
}

function tail(dialect: ClientDialectName, chunks: readonly Uint8Array[]): StreamTail {
  const { terminals, lastFrameIsLong } = clientDialects[dialect]
  const stream = new StreamTail(terminals, lastFrameIsLong)
  for (const chunk of chunks) stream.push(Buffer.from(chunk))
  return stream
}

describe.each(Object.keys(wholeStreams) as ClientDialectName[])('the tail of a relayed stream of %s', (dialect) => {
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
    )
  })

  it('knows one whose line ends come one by one', () => {
    const end = wholeStreams[dialect].trimEnd()
    expect(tail(dialect, [Buffer.from(end), Buffer.from('\n'), Buffer.from('\n')]).isWhole()).toBe(true)
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
        Buffer.from(`${name.slice(at)}data: {"type":"`),
        ...rest,
      ]
      expect(tail('openai-responses', chunks).isWhole()).toBe(true)
    }
  })
})

describe('endsWithinFrame', () => {
  it.each<[string, boolean]>([
    ['data: x\n\n', false],
    ['data: x\r\n\r\n', false],
    ['data: x\n', true],
    ['data: x\r\n', true],
    ['data: x', true],
    ['event: ping\ndata: ', true],
    ['\n\n', false],
    ['', true],
  ])('of %j is %s', (text, within) => {
    expect(endsWithinFrame(Buffer.from(text))).toBe(within)
  })
})

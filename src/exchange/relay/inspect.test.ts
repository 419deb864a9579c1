import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { AnswerHead } from '../../upstream/answer-head.ts'
import { findAnswerFault, findBodyFault, formOf } from './inspect.ts'
import { WholeBody } from './whole-body.ts'

function head(
  status: number,
  headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' },
): AnswerHead {
  return new AnswerHead(0, status, '', Object.entries(headers).flat())
}

function bodyOf(...chunks: Buffer[]): WholeBody {
  const body = new WholeBody()
  for (const chunk of chunks) body.push(chunk)
  return body
}

function fault(body: string, status = 200, headers?: Record<string, string>) {
  return findBodyFault(head(status, headers), bodyOf(Buffer.from(body)))
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
    expect(fault(body)).toEqual({ kind: 'none' })
  })

  it.each([
    '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    '{"error":{"message":"Quota","code":"insufficient_quota"}}',
    '{"error":"model not found"}',
    '[{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}]',
    '{ "id": "gen-1", "error" : {"code": 429} }',
    '{"choices":[{"message":{"content":"part"},"finish_reason":"error"}]}',
  ])('finds the error inside a 200: %s', (body) => {
    expect(fault(body)).toEqual({ kind: 'error', text: body })
  })

  it.each(['{"id":"msg_1","content":[{"type":"text","text":"Hel', '{"id":"msg_1",', '', '   ', '{"error":{"type":"x"'])(
    'finds that an answer was cut: %j',
    (body) => {
      expect(fault(body)).toEqual({ kind: 'cut' })
    },
  )

  it('finds a cut that took no more than a bracket, whatever the words say', () => {
    const body = JSON.stringify({ content: [{ type: 'text', text: 'a "}" and \\ and {[' }], usage: {} })
    const stated = { 'content-type': 'application/json', 'content-length': '1' }
    expect(fault(body, 200, stated)).toEqual({ kind: 'none' })
    expect(fault(body.slice(0, -1), 200, stated)).toEqual({ kind: 'cut' })
  })

  it.each([400, 401, 429, 500, 529])('finds that %i is no success, whatever the body is', (status) => {
    expect(fault('{"ok":true}', status)).toEqual({ kind: 'error', text: '{"ok":true}' })
    expect(fault('', status)).toEqual({ kind: 'error', text: '' })
    expect(fault('<html>', status, { 'content-type': 'text/html' })).toEqual({ kind: 'error', text: '<html>' })
  })

  it('leaves bodies alone that are no JSON', () => {
    expect(fault('audio', 200, { 'content-type': 'audio/mpeg' })).toEqual({ kind: 'none' })
    expect(fault('', 200, {})).toEqual({ kind: 'none' })
    expect(fault('', 204)).toEqual({ kind: 'none' })
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ] as const)('reads an error that an edge server compressed with %s', (encoding, compress) => {
    const text = '{"error":{"type":"overloaded_error"}}'
    expect(findBodyFault(head(529, { 'content-encoding': encoding }), bodyOf(compress(text)))).toEqual({
      kind: 'error',
      text,
    })
  })

  it('judges by its status alone what is not compressed as it says', () => {
    expect(fault('plain', 500, { 'content-encoding': 'gzip' })).toEqual({ kind: 'error', text: 'plain' })
  })

  it('does not unpack a bomb', () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const found = findBodyFault(head(500, { 'content-encoding': 'gzip' }), bodyOf(bomb))
    expect(found.kind === 'error' && found.text.length).toBeLessThan(1024 * 1024)
  })

  it('finds an error that follows what a model said so far', () => {
    const body = `{"choices":[{"message":{"content":"${'x'.repeat(9000)}"},"finish_reason":"error","error":{"code":502}}]}`
    expect(fault(body)).toMatchObject({ kind: 'error' })
  })

  it('knows the log-in page of a public network', () => {
    expect(fault('<html>Welcome</html>', 200, { 'content-type': 'text/html; charset=utf-8' })).toEqual({
      kind: 'web-page',
    })
  })

  it('believes nothing but the JSON itself where neither length nor chunks vouch for the end', () => {
    expect(fault('{"id":"msg_1","usage":{"a":1}')).toEqual({ kind: 'cut' })
  })

  it('judges many chunks as it judges one', () => {
    const chunked = (body: string) =>
      findBodyFault(head(200), bodyOf(...[...Buffer.from(body)].map((byte) => Buffer.from([byte])))).kind
    expect(chunked(JSON.stringify(message))).toBe('none')
    expect(chunked('{"error":{"message":"Quota"}}')).toBe('error')
    expect(chunked('{"id":"msg_1","content":[{"type":"text"')).toBe('cut')
  })
})

describe('findAnswerFault', () => {
  const json = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
  it.each<[string, string, Record<string, string>]>([
    ['a message', JSON.stringify(message), json],
    ['one after empty lines', `\n\n\n${JSON.stringify(message)}`, json],
    ['one after a byte order mark', `\uFEFF${JSON.stringify(message)}`, json],
    ['one of no stated type', JSON.stringify(message), {}],
  ])('finds nothing in %s', (_what, text, headers) => {
    expect(findAnswerFault(head(200, headers), bodyOf(Buffer.from(text)))).toEqual({ kind: 'none' })
  })

  it('takes an answer under another good status', () => {
    const created = findAnswerFault(head(201, json), bodyOf(Buffer.from(JSON.stringify(message))))
    expect(created).toEqual({ kind: 'none' })
  })

  it('knows an error that calls itself text', () => {
    const text = '{"error":{"message":"Quota"}}'
    const found = findAnswerFault(head(200, { 'content-type': 'text/plain' }), bodyOf(Buffer.from(text)))
    expect(found).toEqual({ kind: 'error', text })
  })

  it('judges nothing that is compressed as nobody here can read', () => {
    const packed = { 'content-type': 'application/json', 'content-encoding': 'zstd' }
    expect(findAnswerFault(head(200, packed), bodyOf(Buffer.from('?')))).toEqual({ kind: 'none' })
  })
})

describe('formOf', () => {
  it.each([
    ['text/event-stream', undefined, 200, true, 'stream'],
    ['Text/Event-Stream; charset=utf-8', 'identity', 200, true, 'stream'],
    ['text/event-stream', undefined, 200, false, 'stream'],
    ['text/plain', undefined, 200, true, 'stream'],
    ['', undefined, 200, true, 'stream'],
    ['text/plain', undefined, 200, false, 'whole'],
    ['text/html', undefined, 200, true, 'whole'],
    ['text/event-stream', 'zstd', 200, true, 'unreadable'],
    ['text/event-stream', undefined, 429, true, 'whole'],
    ['application/json', undefined, 200, true, 'whole'],
  ] as const)('takes %j (%s, %i, asked for a stream: %s) as %s', (type, encoding, status, wantsStream, form) => {
    const headers = { 'content-type': type, ...(encoding ? { 'content-encoding': encoding } : {}) }
    expect(formOf(head(status, headers), wantsStream)).toBe(form)
  })
})

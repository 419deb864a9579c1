/** Providers whose status says that all is well, with bytes after it that are no answer, over raw sockets. */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOllama, type FakeOllama } from '../fakes/start.ts'
import { dialectNames, dialects, localModel, startTrooper, textOf } from './trooper.ts'
import type { RunningTrooper, TestedDialect } from './trooper.ts'

interface Said {
  bytes: Buffer | string
  /** The connection ends with it; one that is reset says nothing. */
  ends?: 'cleanly' | 'by reset'
}

let says: Said
/** That the provider got. */
let requests = 0
let provider: Server
let ollama: FakeOllama
const troopers = new Map<TestedDialect, RunningTrooper>()

beforeAll(async () => {
  provider = createServer((socket) => {
    let request = ''
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      request += bytes.toString('latin1')
      if (!isWhole(request)) return
      request = ''
      requests += 1
      answer(socket)
    })
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  ollama = await startOllama()
  const address = provider.address()
  const port = typeof address === 'object' && address ? address.port : 0
  for (const dialect of dialectNames)
    troopers.set(
      dialect,
      await startTrooper({
        PRIMARY_URL: `http://127.0.0.1:${port}${dialects[dialect].endpoint}`,
        FALLBACK_URL: `${ollama.url}/api/chat`,
        FALLBACK_MODEL: localModel,
      }),
    )
})
afterAll(async () => {
  await Promise.all([...troopers.values()].map(({ process }) => process.stop()))
  await ollama.stop()
  provider.close()
})

function isWhole(request: string): boolean {
  const bodyAt = request.indexOf('\r\n\r\n') + 4
  const length = /content-length: (\d+)/i.exec(request)?.[1]
  return bodyAt > 3 && length !== undefined && request.length - bodyAt >= Number(length)
}

function answer(socket: Socket): void {
  if (says.ends === 'by reset') socket.resetAndDestroy()
  else if (says.ends) socket.end(says.bytes)
  else socket.write(says.bytes)
}

/** One of its kind a request: what fails for one customer closes the provider to nobody else. */
let customers = 0

/** `at`: the dialect of the provider. */
async function ask(
  dialect: TestedDialect,
  stream: boolean,
  at: TestedDialect = dialect,
): Promise<{ text: string; by: string; response: Response }> {
  const { endpoint, headers, body } = dialects[dialect]
  customers += 1
  const key = `customer-${customers}`
  const response = await fetch(`${troopers.get(at)?.url}${endpoint}`, {
    method: 'POST',
    headers: { ...headers, ...('x-api-key' in headers ? { 'x-api-key': key } : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify(body('hi', stream)),
    redirect: 'manual',
  })
  const by = response.headers.get('x-trooper-fallback') === null ? 'provider' : 'local'
  return { text: await response.text(), by, response }
}

const head = (fields: string[], status = '200 OK'): string => `HTTP/1.1 ${status}\r\n${fields.join('\r\n')}\r\n\r\n`

function body(text: Buffer | string, fields: string[], status?: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from(head([...fields, `content-length: ${bytes.length}`], status)), bytes])
}

const json = 'content-type: application/json'

const whole: { readonly [D in TestedDialect]: string } = {
  anthropic: JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: 'From the cloud.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 4 },
  }),
  'openai-chat': JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4.1',
    choices: [{ index: 0, message: { role: 'assistant', content: 'From the cloud.' }, finish_reason: 'stop' }],
  }),
  'openai-responses': JSON.stringify({
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'From the cloud.' }] }],
  }),
}

const stream: { readonly [D in 'anthropic' | 'openai-chat']: string } = {
  anthropic: [
    { type: 'message_start', message: { ...JSON.parse(whole.anthropic), content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'From the cloud.' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join(''),
  'openai-chat': [
    { delta: { role: 'assistant', content: 'From the cloud.' }, finish_reason: null },
    { delta: {}, finish_reason: 'stop' },
  ]
    .map((choice) => ({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, ...choice }] }))
    .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
    .concat('data: [DONE]\n\n')
    .join(''),
}

describe.each(dialectNames)('what is no answer of %s, though its status says that all is well,', (dialect) => {
  const cut = whole[dialect].slice(0, 40)
  it.each<[string, Said]>([
    ['nothing at all', { bytes: body('', []) }],
    ['nothing of a stated type', { bytes: body('', [json]) }],
    ['no content', { bytes: head([], '204 No Content') }],
    ['a sentence', { bytes: body('upstream error', ['content-type: text/plain']) }],
    ['half an answer of no stated type', { bytes: body(cut, []) }],
    ['half an answer until the connection ends', { bytes: head(['connection: close']) + cut, ends: 'cleanly' }],
    ['an empty object', { bytes: body('{ }', [json]) }],
    ['an empty list', { bytes: body('[]', [json]) }],
    ['a redirection', { bytes: body('', ['location: https://login.example/'], '302 Found') }],
    ['a redirection that keeps the method', { bytes: body('', ['location: /v2'], '307 Temporary Redirect') }],
    ['half an answer under GZIP in capitals', { bytes: gzipped(gzipSync(whole[dialect]).subarray(0, -9), 'GZIP') }],
  ])('is not taken for one: %s', async (_what, said) => {
    says = said
    const { text: told, by, response } = await ask(dialect, false)
    expect([response.status, by, textOf(told)]).toEqual([200, 'local', expect.stringContaining('local model')])
  })

  it('is no other than an answer without its type', async () => {
    says = { bytes: body(whole[dialect], []) }
    expect(await ask(dialect, false)).toMatchObject({ text: whole[dialect], by: 'provider' })
  })
})

function gzipped(bytes: Buffer, name: string): Buffer {
  return body(bytes, [json, `content-encoding: ${name}`])
}

/** Every byte in a chunk of its own, each of which is read by itself. */
function inBytes(text: string, fields: string[], status?: string): string {
  const chunks = [...Buffer.from(text)].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`)
  return head([...fields, 'transfer-encoding: chunked'], status) + chunks.join('') + '0\r\n\r\n'
}

const errors = {
  anthropic: [
    {
      reason: 'quota-spent',
      status: '400 Bad Request',
      error: {
        type: 'invalid_request_error',
        message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
      },
    },
    { reason: 'overloaded', status: '529 Overloaded', error: { type: 'overloaded_error', message: 'Overloaded' } },
  ],
  openai: [
    {
      reason: 'quota-spent',
      status: '429 Too Many Requests',
      error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You exceeded your current quota.' },
    },
    {
      reason: 'overloaded',
      status: '503 Service Unavailable',
      error: { type: 'service_unavailable_error', code: null, message: 'The engine is currently overloaded.' },
    },
  ],
}

/** What a body may call itself that is none of these, or that knows what was asked for and not what came. */
const nameless = [[], ['content-type: text/plain'], ['content-type: text/event-stream']]

describe.each(dialectNames)('a provider of %s that gives a body where a stream was asked for', (dialect) => {
  const spaced = `\r\n\n ${whole[dialect]}\n`
  const otherDialect: TestedDialect = dialect === 'anthropic' ? 'openai-chat' : 'anthropic'

  it.each([dialect, otherDialect])(
    'is read as the stream that it would have been, whatever it is called, by %s',
    async (client) => {
      for (const fields of nameless)
        for (const bytes of [body(whole[dialect], fields), body(`\uFEFF${spaced}`, fields), inBytes(spaced, fields)]) {
          says = { bytes }
          const { text: told, by, response } = await ask(client, true, dialect)
          expect([by, textOf(told)]).toEqual(['provider', 'From the cloud.'])
          expect(told).toMatch(/^(event|data): /)
          expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
        }
    },
  )

  it.each([dialect, otherDialect])('is heard when the body is an error, by %s', async (client) => {
    for (const { reason, status, error } of errors[dialect === 'anthropic' ? 'anthropic' : 'openai'])
      for (const fields of nameless)
        for (const line of ['200 OK', status])
          for (const said of dialect === 'anthropic' ? [{ type: 'error', error }] : [{ error }, [{ error }]]) {
            says = { bytes: inBytes(JSON.stringify(said), fields, line) }
            const { by, response } = await ask(client, true, dialect)
            expect([by, response.headers.get('x-trooper-reason')]).toEqual(['local', reason])
          }
  })
})

describe.each(dialectNames)('a provider of %s that calls a body a stream where none was asked for', (dialect) => {
  const fields = ['content-type: text/event-stream']

  it('is believed by what it says, and its client is told what that is', async () => {
    for (const bytes of [body(whole[dialect], fields), inBytes(`\r\n\n ${whole[dialect]}\n`, fields)]) {
      says = { bytes }
      const { text: told, by, response } = await ask(dialect, false)
      expect([by, told.trim()]).toEqual(['provider', whole[dialect]])
      expect(response.headers.get('content-type')).toBe('application/json')
    }
  })

  it('is heard when that is an error', async () => {
    for (const { reason, error } of errors[dialect === 'anthropic' ? 'anthropic' : 'openai']) {
      says = { bytes: inBytes(JSON.stringify({ type: 'error', error }), fields) }
      const { by, response } = await ask(dialect, false)
      expect([by, response.headers.get('x-trooper-reason')]).toEqual(['local', reason])
    }
  })
})

describe('a provider that says little of its answer', () => {
  it.each(['anthropic', 'openai-chat'] as const)('is read as the stream that was asked of it: %s', async (dialect) => {
    for (const fields of [[], ['content-type: text/plain'], ['content-type: application/octet-stream']]) {
      says = { bytes: head([...fields, 'connection: close']) + stream[dialect], ends: 'cleanly' }
      expect(await ask(dialect, true)).toMatchObject({ text: stream[dialect], by: 'provider' })
      says = { bytes: inBytes(`\n: alive\n\n${stream[dialect]}`, fields) }
      expect(await ask(dialect, true)).toMatchObject({ text: expect.stringContaining(stream[dialect]), by: 'provider' })
    }
  })

  it.each(['anthropic', 'openai-chat'] as const)(
    'is no stream when nothing, or no stream, comes: %s',
    async (dialect) => {
      for (const said of ['', 'upstream error', '\n\n', ': alive\n\n', '{', '[]', '{}', '{"ok":true}']) {
        says = { bytes: body(said, []) }
        expect(await ask(dialect, true)).toMatchObject({ by: 'local' })
      }
    },
  )
})

describe('an answer whose connection ends before its head is whole', () => {
  const cut = async (bytes: string, ends: Said['ends'] = 'cleanly'): Promise<[by: string, requests: number]> => {
    requests = 0
    says = { bytes, ends }
    return [(await ask('anthropic', false)).by, requests]
  }

  it.each(['H', 'HTTP/1.1 200 OK', head([json]).slice(0, -2), 'HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n'])(
    'is asked for once, on a new connection and on one that was kept: %j',
    async (begun) => {
      await cut('')
      expect(await cut(begun)).toEqual(['local', 1])
      says = { bytes: body(whole.anthropic, [json]) }
      expect(await ask('anthropic', false)).toMatchObject({ by: 'provider' })
      expect(await cut(begun)).toEqual(['local', 1])
    },
  )

  it.each(['cleanly', 'by reset'] as const)(
    'is asked for once more where nothing of it came on one that was kept: it ends %s',
    async (ends) => {
      says = { bytes: body(whole.anthropic, [json]) }
      expect(await ask('anthropic', false)).toMatchObject({ by: 'provider' })
      expect(await cut('', ends)).toEqual(['local', 2])
      expect(await cut('', ends)).toEqual(['local', 1])
    },
  )
})

describe('a provider that says much of its answer', () => {
  it('may do so in headers of many kilobytes, as its clients may', async () => {
    says = { bytes: body(whole.anthropic, [json, `content-security-policy: ${'x'.repeat(40_000)}`]) }
    const { endpoint, headers, body: asked } = dialects.anthropic
    const options = { method: 'POST', headers, maxHeaderSize: 64 * 1024 }
    const request = httpRequest(`${troopers.get('anthropic')?.url}${endpoint}`, options)
    request.end(JSON.stringify(asked('hi', false)))
    const [response] = await once(request, 'response')
    expect(await text(response)).toBe(whole.anthropic)
  })
})

describe('a compressed answer', () => {
  const packed = {
    gzip: gzipSync(stream.anthropic),
    br: brotliCompressSync(stream.anthropic),
    deflate: deflateSync(''),
  }
  it.each([
    ['is no such thing', 'gzip', Buffer.alloc(500, 'B')],
    ['is followed by what is none', 'gzip', Buffer.concat([packed.gzip.subarray(0, -20), Buffer.alloc(500, 'B')])],
    ['is followed by something else', 'gzip', Buffer.concat([gzipSync('data: {'), Buffer.from('TRAILING')])],
    ['is no such thing', 'br', Buffer.alloc(500, 'B')],
    ['is empty', 'deflate', packed.deflate],
  ])('that %s (%s) leaves nobody waiting when its connection breaks', async (_what, encoding, bytes) => {
    const fields = ['content-type: text/event-stream', `content-encoding: ${encoding}`, 'content-length: 99999']
    says = { bytes: Buffer.concat([Buffer.from(head(fields)), bytes]), ends: 'cleanly' }
    expect((await ask('anthropic', true)).text).toContain('event: message_stop')
  })

  it.each(dialectNames)('that refuses is read also for a client of another dialect: %s', async (dialect) => {
    const message = 'Your credit balance is too low to access the Anthropic API.'
    const refusal = JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } })
    says = { bytes: body(gzipSync(refusal), [json, 'content-encoding: gzip'], '400 Bad Request') }
    expect(await ask(dialect, false, 'anthropic')).toMatchObject({ by: 'local' })
  })
})

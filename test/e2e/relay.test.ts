import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/wire/headers.ts'
import { planted } from '../secrets.ts'
import { ask, dialectNames, dialects, startStage, startTrooper, type Stage } from './trooper.ts'

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

describe.each(dialectNames)('relaying %s', (dialect) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(dialects[dialect].endpoint)
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.provider.reset())

  it.each([false, true])('changes no byte of request or answer (stream=%s)', async (stream) => {
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    // Spelling, spaces, key order and big numbers as no serialiser would write them.
    const body = `{ "stream" :${stream}, "metadata":{"big":12345678901234567890,"pi":3.10}, ${JSON.stringify(dialects[dialect].body(planted.prompt, stream)).slice(1)}`
    const response = await fetch(stage.trooper.url + dialects[dialect].endpoint, {
      method: 'POST',
      headers: dialects[dialect].headers,
      body,
    })
    const answer = Buffer.from(await response.arrayBuffer())
    const [seen] = await stage.provider.requests()
    expect(seen?.bodySha256).toBe(sha256(body))
    expect(seen?.answer?.bodySha256).toBe(sha256(answer))
    expect(answer.toString()).toContain(stream ? 'data: ' : '{')
    expect(response.headers.get('x-trooper-fallback')).toBeNull()
  })

  it.each(['', '/v1', '/v1/v1', '/openai/v1', '/v1/openai/v1'])(
    'serves the endpoint under the prefix %j, query kept',
    async (prefix) => {
      const path = `${prefix}${dialects[dialect].endpoint.slice('/v1'.length)}?beta=true`
      const response = await fetch(stage.trooper.url + path, {
        method: 'POST',
        headers: dialects[dialect].headers,
        body: JSON.stringify(dialects[dialect].body(planted.prompt, false)),
      })
      expect(response.status).toBe(200)
      const [seen] = await stage.provider.requests()
      expect(seen?.url).toBe(`${dialects[dialect].endpoint}?beta=true`)
    },
  )

  it('passes each chunk on when it comes', async () => {
    await stage.provider.play({ mode: 'ok', text: 'one two three', holdAfter: 1 })
    const response = await ask(stage.trooper.url, dialect, true)
    const reader = response.body!.getReader()
    // The provider still holds the rest back: what arrives now has not waited for it.
    const first = await reader.read()
    expect(Buffer.from(first.value ?? []).toString()).toContain('data: ')
    await stage.provider.release()
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read())
      rest += Buffer.from(part.value).toString()
    expect(rest).not.toBe('')
  })

  it('ends the call to the provider when the client leaves, before the head and in the middle of a stream', async () => {
    for (const holdAfter of [0, 1]) {
      await stage.provider.reset()
      await stage.provider.play({ mode: 'ok', text: 'one two three', holdAfter })
      const abort = new AbortController()
      const { endpoint, headers, body } = dialects[dialect]
      const pending = fetch(stage.trooper.url + endpoint, {
        method: 'POST',
        headers,
        body: JSON.stringify(body(planted.prompt, true)),
        signal: abort.signal,
      })
      if (holdAfter === 0) await stage.provider.journalWhen(({ requests }) => requests.length === 1)
      else await (await pending).body!.getReader().read()
      abort.abort()
      if (holdAfter === 0) await expect(pending).rejects.toThrow('aborted')
      const { requests } = await stage.provider.journalWhen((journal) => journal.requests[0]?.outcome === 'client-gone')
      expect(requests).toHaveLength(1)
      expect(stage.trooper.process.exited).toBe(false)
    }
    expect((await stage.ollama.requests('/api/chat')).length).toBe(0)
  })
})

describe('headers', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage('/v1/messages')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.provider.reset())

  /** With `node:http`, which sends names as they are written. */
  function post(headers: string[]): Promise<{ status: number; rawHeaders: string[] }> {
    const body = JSON.stringify(dialects.anthropic.body('hi', false))
    return new Promise((resolve, reject) => {
      const call = request(`${stage.trooper.url}/v1/messages`, {
        method: 'POST',
        headers: [...headers, 'Content-Length', String(body.length)],
      })
      call.on('response', (response) => {
        response
          .resume()
          .on('end', () => resolve({ status: response.statusCode ?? 0, rawHeaders: response.rawHeaders }))
      })
      call.on('error', reject).end(body)
    })
  }

  const always = [
    'Host',
    '127.0.0.1',
    'X-API-Key',
    planted.clientKey,
    'Anthropic-Version',
    '2023-06-01',
    'Content-Type',
    'application/json',
  ]

  it('pass in their order and spelling, unknown ones too', async () => {
    await post([...always, 'Anthropic-Beta', 'tomorrow-2027-01-01', 'X-Made-Up', 'yes'])
    const [seen] = await stage.provider.requests()
    const names = seen!.rawHeaders.filter((_, at) => at % 2 === 0)
    expect(names.filter((name) => /^(x-|anthropic|content-type)/i.test(name))).toEqual([
      'X-API-Key',
      'Anthropic-Version',
      'Content-Type',
      'Anthropic-Beta',
      'X-Made-Up',
    ])
  })

  it('of the connection itself stay behind, and so does everything that Connection names', async () => {
    await post([
      ...always,
      'Connection',
      'keep-alive, X-Hop',
      'X-Hop',
      'secret',
      'Keep-Alive',
      'timeout=5',
      'Proxy-Authorization',
      'x',
      'TE',
      'trailers',
    ])
    const [seen] = await stage.provider.requests()
    const names = seen!.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
    for (const name of ['x-hop', 'keep-alive', 'proxy-authorization', 'te']) expect(names).not.toContain(name)
  })

  it('ask for an answer without compression, since it is read on its way', async () => {
    await post([...always, 'Accept-Encoding', 'gzip, br'])
    const [seen] = await stage.provider.requests()
    const at = seen!.rawHeaders.findIndex((name) => name.toLowerCase() === 'accept-encoding')
    expect(seen!.rawHeaders[at + 1]).toBe('identity')
  })

  it.each(['gzip, br', undefined])(
    'ask for the compression that the client asks for where nobody reads: %s',
    async (asked) => {
      await stage.provider.configure({ compress: true })
      const body = JSON.stringify({ model: 'text-embedding-3-small', input: 'a'.repeat(1000) })
      const headers = { authorization: `Bearer ${planted.clientKey}`, 'content-type': 'application/json' }
      const call = request(`${stage.trooper.url}/v1/embeddings`, {
        method: 'POST',
        headers: asked === undefined ? headers : { ...headers, 'accept-encoding': asked },
      }).end(body)
      const [response] = (await once(call, 'response')) as [IncomingMessage]
      const answer = await buffer(response)
      const [seen] = await stage.provider.requests()
      expect(headerOf(seen!.rawHeaders, 'accept-encoding')).toBe(asked)
      expect(response.headers['content-encoding']).toBe(asked && 'gzip')
      expect(JSON.parse((asked ? gunzipSync(answer) : answer).toString())).toMatchObject({ object: 'list' })
    },
  )

  it('name the provider as the host, not Trooper', async () => {
    await post(always)
    const [seen] = await stage.provider.requests()
    expect(seen!.rawHeaders[seen!.rawHeaders.findIndex((name) => name.toLowerCase() === 'host') + 1]).toBe(
      new URL(stage.provider.url).host,
    )
  })
})

describe('with a key of its own', () => {
  it.each([
    ['x-api-key', 'x-api-key', planted.primaryKey],
    ['Authorization', 'Authorization', `Bearer ${planted.primaryKey}`],
  ])('Trooper removes every credential of the client and sends %s', async (setting, header, value) => {
    const stage = await startStage('/v1/messages', {
      PRIMARY_API_KEY: planted.primaryKey,
      PRIMARY_AUTH_HEADER: setting,
    })
    await fetch(`${stage.trooper.url}/v1/messages`, {
      method: 'POST',
      headers: { ...dialects.anthropic.headers, authorization: `Bearer ${planted.clientKey}` },
      body: JSON.stringify(dialects.anthropic.body('hi', false)),
    })
    const [seen] = await stage.provider.requests()
    expect(seen!.rawHeaders).toContain(value)
    expect(seen!.rawHeaders[seen!.rawHeaders.indexOf(value) - 1]).toBe(header)
    expect(seen!.rawHeaders.join(' ')).not.toContain(planted.clientKey)
    await stage.stop()
  })
})

describe("a provider's answer", () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage('/v1/messages')
  })
  afterAll(() => stage.stop())
  beforeEach(() => stage.provider.reset())

  it.each([
    'anthropic-bad-key',
    'anthropic-permission',
    'anthropic-bad-request',
    'anthropic-too-long',
    'anthropic-unknown-model',
    'anthropic-api-error',
  ] as const)('that is an error of the request is the client’s, untouched: %s', async (mode) => {
    await stage.provider.play({ mode })
    const direct = await ask(stage.provider.url, 'anthropic', false)
    const relayed = await ask(stage.trooper.url, 'anthropic', false)
    expect(relayed.status).toBe(direct.status)
    expect(await relayed.text()).toBe(await direct.text())
    expect(relayed.headers.get('content-type')).toBe(direct.headers.get('content-type'))
    expect(relayed.headers.get('request-id')).toBe(direct.headers.get('request-id'))
    expect(await stage.ollama.requests('/api/chat')).toHaveLength(0)
  })

  it('that refuses for its content is untouched', async () => {
    await stage.provider.play({ mode: 'refusal' })
    const response = await ask(stage.trooper.url, 'anthropic', false)
    expect(await response.json()).toMatchObject({ stop_reason: 'refusal' })
    expect(response.headers.get('x-trooper-fallback')).toBeNull()
  })

  it.each([
    ['GET', '/v1/models', undefined],
    ['GET', '/models', undefined],
    ['POST', '/v1/embeddings', '{"model":"m","input":"x"}'],
    [
      'POST',
      '/v1/messages/count_tokens',
      JSON.stringify({ model: 'claude', messages: [{ role: 'user', content: 'hi' }] }),
    ],
  ])('%s %s comes from the same origin', async (method, path, body) => {
    const response = await fetch(stage.trooper.url + path, {
      method,
      headers: dialects.anthropic.headers,
      ...(body ? { body } : {}),
    })
    const [seen] = await stage.provider.requests()
    expect(seen?.url).toBe(path.startsWith('/v1') ? path : `/v1${path}`)
    expect(seen?.method).toBe(method)
    expect(seen?.bodyText).toBe(body ?? '')
    expect(seen?.answer?.bodySha256).toBe(sha256(await response.text()))
  })

  it('for an upload is streamed through without being held', async () => {
    const upload = Buffer.alloc(3 * 1024 * 1024, 'x')
    await fetch(`${stage.trooper.url}/v1/files`, {
      method: 'POST',
      headers: { 'x-api-key': planted.clientKey, 'anthropic-version': '2023-06-01' },
      body: upload,
    })
    const [seen] = await stage.provider.requests('/files')
    expect(seen?.bodySha256).toBe(sha256(upload))
  })
})

describe('own paths', () => {
  it('answer in plain words', async () => {
    const trooper = await startTrooper({ PRIMARY_URL: 'http://127.0.0.1:9/v1/messages' })
    expect((await fetch(`${trooper.url}/`)).status).toBe(200)
    expect((await fetch(`${trooper.url}/`, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(`${trooper.url}/healthz`)).status).toBe(200)
    const unknown = await fetch(`${trooper.url}/trooper/nothing`)
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({
      error: { message: expect.stringContaining('nothing at GET /trooper/nothing') },
    })
    await trooper.process.stop()
  })

  it.each(['/v1/responses', '/responses', '/v1/realtime'])(
    'refuse a WebSocket on %s with 426, so that Codex goes on over HTTP at once',
    async (path) => {
      const trooper = await startTrooper({ PRIMARY_URL: 'http://127.0.0.1:9/v1/responses' })
      const { port } = new URL(trooper.url)
      const answer = await new Promise<string>((resolve, reject) => {
        let text = ''
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(
            `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n`,
          )
        })
        socket.on('data', (chunk) => (text += chunk.toString()))
        socket.on('end', () => resolve(text)).on('error', reject)
      })
      expect(answer).toMatch(/^HTTP\/1\.1 426 /)
      await trooper.process.stop()
    },
  )
})

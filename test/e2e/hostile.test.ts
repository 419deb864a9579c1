/** Providers and clients that do odd things, over raw sockets. */
import { once } from 'node:events'
import { createServer, connect, type Server, type Socket } from 'node:net'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { filesContaining } from '../fakes/output.ts'
import { startOllama, type FakeOllama } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { startInside } from './inside.ts'
import {
  ask,
  dialects,
  emptyFolder,
  localModel,
  spawnTrooper,
  startStage,
  startTrooper,
  type RunningTrooper,
} from './trooper.ts'

/** A provider that answers each request with exactly these bytes. */
let respond: (socket: Socket, request: number) => void = () => {}
let requests = 0
let provider: Server
let ollama: FakeOllama
let trooper: RunningTrooper
let targets: Record<string, string>

beforeAll(async () => {
  provider = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      if (!data.toString('latin1').startsWith('POST ')) return
      requests += 1
      respond(socket, requests)
    })
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  ollama = await startOllama()
  const address = provider.address()
  targets = {
    PRIMARY_URL: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1/messages`,
    FALLBACK_URL: `${ollama.url}/api/chat`,
  }
  trooper = await startTrooper(targets)
})
afterEach(() => {
  requests = 0
})
afterAll(async () => {
  await Promise.all([trooper.process.stop(), ollama.stop()])
  provider.close()
})

const message = '{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"whole"}]}'
const delta =
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n'
const stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n'
const head = (...fields: string[]): string => `HTTP/1.1 200 OK\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`
const stream = (body: string, ...fields: string[]): string =>
  head('content-type: text/event-stream', 'connection: close', ...fields) + body

describe('a provider', () => {
  it('may write any reason phrase', async () => {
    respond = (socket) =>
      socket.end(
        `HTTP/1.1 200 成功\r\ncontent-type: application/json\r\ncontent-length: ${message.length}\r\n\r\n${message}`,
      )
    const response = await ask(trooper.url, 'anthropic', false)
    expect(await response.text()).toBe(message)
  })

  it.each([100, 103])('may send an informational %i first', async (status) => {
    respond = (socket) =>
      socket.end(
        `HTTP/1.1 ${status} X\r\n\r\n${head('content-type: application/json', `content-length: ${message.length}`)}${message}`,
      )
    const response = await ask(trooper.url, 'anthropic', false)
    expect(response.status).toBe(200)
    // Whoever answers in the end, the provider is not made to work twice.
    expect(requests).toBe(1)
  })

  it('that works on a request and then breaks is not asked the same again', async () => {
    const inside = await startInside(targets)
    respond = (socket, request) => {
      if (request === 1)
        socket.write(head('content-type: application/json', `content-length: ${message.length}`) + message)
      else {
        // Longer than a stale connection takes to break.
        inside.clock.pass(700)
        socket.destroy()
      }
    }
    expect((await ask(inside.url, 'anthropic', false)).headers.has('x-trooper-fallback')).toBe(false)
    expect((await ask(inside.url, 'anthropic', false)).headers.get('x-trooper-fallback')).toBe(localModel)
    expect(requests).toBe(2)
    await inside.stop()
  })

  it('that compresses a stream all the same is read all the same', async () => {
    respond = (socket) =>
      socket.end(Buffer.concat([Buffer.from(stream('', 'content-encoding: gzip')), gzipSync(delta + stop)]))
    const response = await ask(trooper.url, 'anthropic', true)
    expect(await response.text()).toBe(delta + stop)
    expect(response.headers.get('content-encoding')).toBeNull()
  })

  it('that compresses a stream in a way that nobody here can read is passed on as it comes', async () => {
    let more: () => void = () => {}
    respond = (socket) => {
      socket.write(stream('', 'content-encoding: compress'))
      more = () => socket.end(delta + stop)
    }
    // The head is here before the body has begun.
    const response = await ask(trooper.url, 'anthropic', true)
    more()
    expect(await response.text()).toBe(delta + stop)
  })

  it('may promise the length of a stream, and an error still reaches the client whole', async () => {
    respond = (socket) => socket.end(stream(delta, 'content-length: 5000'))
    const text = await (await ask(trooper.url, 'anthropic', true)).text()
    expect(text.startsWith(delta)).toBe(true)
    expect(text).toContain('event: error')
  })

  it('whose connection dies after a whole stream has answered all the same', async () => {
    respond = (socket) => {
      socket.write(head('content-type: text/event-stream', 'transfer-encoding: chunked'))
      socket.write(`${(delta + stop).length.toString(16)}\r\n${delta}${stop}\r\n`, () => socket.destroy())
    }
    expect(await (await ask(trooper.url, 'anthropic', true)).text()).toBe(delta + stop)
  })

  it('that cuts its stream inside the last frame is found out', async () => {
    respond = (socket) => socket.end(stream(delta + stop.slice(0, -4)))
    expect(await (await ask(trooper.url, 'anthropic', true)).text()).toContain('event: error')
  })

  it('that forgets the last blank line is whole', async () => {
    respond = (socket) => socket.end(stream(delta + stop.slice(0, -1)))
    expect(await (await ask(trooper.url, 'anthropic', true)).text()).toBe(delta + stop)
  })

  it('whose model writes of ends and errors is not misread', async () => {
    const words = delta.replace('hi', 'event: error [DONE] response.completed message_stop')
    respond = (socket) => socket.end(stream(words + delta))
    expect(await (await ask(trooper.url, 'anthropic', true)).text()).toMatch(
      /event: error\ndata: [^\n]*api_error[^\n]*\n\n$/,
    )
  })

  it.each(['\n', '\r\n'])('may end its lines as it likes, and send comments for ever: %j', async (lineEnd) => {
    const text = `: keep-alive\n\n${delta}${stop}: keep-alive\n\n: keep-alive\n\n`.replaceAll('\n', lineEnd)
    respond = (socket) => socket.end(stream(text))
    expect(await (await ask(trooper.url, 'anthropic', true)).text()).toBe(text)
  })

  it('may answer at great length', async () => {
    const long = message.replace('whole', 'x'.repeat(8_000_000))
    respond = (socket) => socket.end(head('content-type: application/json', `content-length: ${long.length}`) + long)
    expect(await (await ask(trooper.url, 'anthropic', false)).text()).toBe(long)
    // Node's own warnings go there: a listener too many for each chunk was one.
    expect(trooper.process.stderr).toBe('')
  })

  it('behind the log-in page of a network is replaced by the local model', async () => {
    respond = (socket) => socket.end(head('content-type: text/html', 'content-length: 13') + '<html></html>')
    expect((await ask(trooper.url, 'anthropic', false)).headers.get('x-trooper-reason')).toBe('malformed-answer')
  })
})

describe('a client', () => {
  function raw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = ''
      const socket = connect(Number(new URL(trooper.url).port), '127.0.0.1', () => socket.write(bytes))
      socket.on('data', (chunk) => {
        text += chunk.toString()
        if (text.includes('whole')) socket.end()
      })
      socket.on('close', () => resolve(text)).on('error', reject)
    })
  }

  it('that offers an upgrade to HTTP/2, as every Java program does, is served', async () => {
    respond = (socket) =>
      socket.end(head('content-type: application/json', `content-length: ${message.length}`) + message)
    const body = JSON.stringify(dialects.anthropic.body('hi', false))
    const answer = await raw(
      `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })

  it.each([
    ['noise', 'nonsense\r\n\r\n', 400],
    ['a head that is too large', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 431],
  ])('that sends %s is told so', async (_what, bytes, status) => {
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('whose file names and types are strange finds none of them in the log', async () => {
    respond = (socket) => socket.destroy()
    const content = [
      {
        type: 'document',
        title: `${planted.prompt}\n2026/01/01 00:00:00 FORGED`,
        source: { type: 'url', url: 'http://x.test/a.pdf' },
      },
      { type: planted.prompt, value: 1 },
      { type: 'text', text: 'hi' },
    ]
    const body = JSON.stringify({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content }] })
    expect(
      (await fetch(`${trooper.url}/v1/messages`, { method: 'POST', headers: dialects.anthropic.headers, body })).status,
    ).toBe(200)
    await trooper.process.line((line) => (line.includes("'unknown'") ? true : undefined))
    expect(trooper.process.stdout).not.toContain('FORGED')
    expect((await filesContaining(planted.prompt)).filter((name) => name.startsWith('trooper-'))).toEqual([])
  })
})

describe('what only the provider holds', () => {
  it('is asked of the provider even while it rests, and its own error passed on', async () => {
    const stage = await startStage('/v1/responses', { WAIT_MAX: '0' })
    await stage.provider.play({ mode: 'openai-rate-limit', retryAfter: '60' })
    expect((await ask(stage.trooper.url, 'openai-responses', false)).headers.get('x-trooper-fallback')).toBe(localModel)
    for (const body of [
      { model: 'gpt-4.1', input: 'go on', previous_response_id: 'resp_1' },
      {
        model: 'gpt-4.1',
        input: [
          { type: 'item_reference', id: 'msg_1' },
          { role: 'user', content: 'go on' },
        ],
      },
    ]) {
      const post = (url: string): Promise<Response> =>
        fetch(`${url}/v1/responses`, {
          method: 'POST',
          headers: dialects['openai-responses'].headers,
          body: JSON.stringify(body),
        })
      const direct = await post(stage.provider.url)
      const response = await post(stage.trooper.url)
      expect(response.status).toBe(direct.status)
      expect(await response.text()).toBe(await direct.text())
    }
    expect(await stage.provider.requests('/responses')).toHaveLength(5)
    await stage.stop()
  })
})

describe('while the provider rests and the local model fails', () => {
  it('the client gets the provider’s own words every time', async () => {
    const stage = await startStage('/v1/messages', { WAIT_MAX: '0' })
    await stage.provider.play({ mode: 'anthropic-rate-limit', retryAfter: '60' })
    await stage.ollama.play({ mode: 'busy' })
    for (let time = 0; time < 3; time += 1) {
      const response = await ask(stage.trooper.url, 'anthropic', false)
      expect(response.status).toBe(429)
      expect(await response.json()).toMatchObject({
        error: { type: 'rate_limit_error', message: expect.stringContaining('rate limit') },
      })
    }
    expect(await stage.provider.requests('/messages')).toHaveLength(1)
    await stage.stop()
  })
})

describe('the start', () => {
  it.each(['toString', 'constructor', '__proto__'])('knows no command %s', async (command) => {
    const process = spawnTrooper({}, [command])
    expect(await process.exit()).toBe(1)
    expect(process.stderr).toBe(`Trooper has no command '${command}'; see: trooper --help\n`)
  })

  it('reads a .env that an editor gave a byte order mark, and says when it cannot read one', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, '.env'), '\uFEFFPRIMARY_URL=http://from-file.test/v1/messages\nTROOPER_PORT=0\n')
    const process = spawnTrooper({}, [], folder)
    await process.line((line) => (line.includes('http://from-file.test/v1/messages') ? true : undefined))
    await process.stop()
    const odd = emptyFolder()
    mkdirSync(join(odd, '.env'))
    const refused = spawnTrooper({}, [], odd)
    expect(await refused.exit()).toBe(78)
    expect(refused.stderr).toMatch(/^\S+\.env cannot be read \(EISDIR\); make it a readable file, or remove it\.\n$/)
  })

  it('shows no password and no key of a URL', async () => {
    const process = spawnTrooper({
      PRIMARY_URL: `https://me:${planted.primaryKey}@api.test/v1/x?key=${planted.primaryKey}`,
    })
    expect(await process.exit()).toBe(78)
    expect(process.stderr).toContain("PRIMARY_URL 'https://api.test/v1/x'")
    expect(process.stderr).not.toContain(planted.primaryKey)
  })

  it('minds none of what Kubernetes tells the containers beside a service named trooper', async () => {
    const { process } = await startTrooper({
      TROOPER_SERVICE_HOST: '10.0.0.1',
      TROOPER_PORT_3000_TCP: 'tcp://10.0.0.1:3000',
    })
    await process.stop()
  })

  it('answers GET / and HEAD / without the token', async () => {
    const { process, url } = await startTrooper({ TROOPER_TOKEN: planted.token, PRIMARY_API_KEY: planted.primaryKey })
    expect((await fetch(`${url}/`)).status).toBe(200)
    expect((await fetch(`${url}/`, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(`${url}/v1/models`)).status).toBe(401)
    await process.stop()
  })

  it('listens on IPv6 too', async () => {
    const process = spawnTrooper({ TROOPER_HOST: '[::1]', TROOPER_PORT: '0' })
    const port = await process.line((line) => /starting on http:\S+:(\d+)/.exec(line)?.[1])
    expect((await fetch(`http://[::1]:${port}/healthz`)).status).toBe(200)
    await process.stop()
  })
})

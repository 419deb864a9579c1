/** Local servers beside Ollama: found out by an origin alone, asked in the way that each wants, in the window that each really has. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FakeLlamaServer, FakeLmStudio, FakeProvider } from '../fakes/start.ts'
import { startLlamaServer, startLmStudio, startOllama, startProvider } from '../fakes/start.ts'
import { leave, ownPort } from '../own-port.ts'
import { planted } from '../secrets.ts'
import { startInside } from './inside.ts'
import { ask, dialectNames, dialects, startTrooper, textOf, type RunningTrooper } from './trooper.ts'

let provider: FakeProvider
let studio: FakeLmStudio
let llama: FakeLlamaServer
beforeAll(async () => {
  ;[provider, studio, llama] = await Promise.all([startProvider(), startLmStudio(), startLlamaServer()])
})
beforeEach(async () => {
  await Promise.all([provider.reset(), studio.reset(), llama.reset()])
  await provider.play({ mode: 'anthropic-overloaded' })
})
afterAll(() => Promise.all([provider.stop(), studio.stop(), llama.stop()]))

async function before(url: string, env: Record<string, string> = {}): Promise<RunningTrooper> {
  return startTrooper({ PRIMARY_URL: `${provider.url}/v1/messages`, FALLBACK_URL: url, ...env })
}

async function post(trooper: { url: string }, text: string): Promise<Response> {
  return fetch(`${trooper.url}/v1/messages`, {
    method: 'POST',
    headers: dialects.anthropic.headers,
    body: JSON.stringify({ model: 'claude', max_tokens: 500, messages: [{ role: 'user', content: text }] }),
  })
}

/** Nothing that Trooper asks is ever turned away as malformed. */
async function refusals(fake: FakeLmStudio | FakeLlamaServer): Promise<unknown[]> {
  return (await fake.requests()).filter(({ rejected }) => rejected !== undefined)
}

describe.each([
  { name: 'LM Studio', model: 'qwen/qwen3.5-9b', fake: () => studio },
  { name: 'llama-server', model: 'qwen3.5-9b-q4_k_m.gguf', fake: () => llama },
])('$name, of which only the origin is configured', ({ name, model, fake }) => {
  it('answers every client, streaming or not, with the model that it has', async () => {
    const server = fake()
    await server.play({ mode: 'ok', text: planted.localAnswer })
    const trooper = await before(server.url)
    for (const dialect of dialectNames) {
      // Its own dialect's primary is none of the others'.
      await provider.play(dialect === 'anthropic' ? { mode: 'anthropic-overloaded' } : { mode: 'openai-overloaded' })
      for (const stream of [false, true]) {
        const other = await startTrooper({
          PRIMARY_URL: `${provider.url}${dialects[dialect].endpoint}`,
          FALLBACK_URL: server.url,
        })
        const response = await ask(other.url, dialect, stream)
        expect(response.headers.get('x-trooper-fallback')).toBe(model)
        expect(textOf(await response.text())).toBe(planted.localAnswer)
        await other.process.stop()
      }
    }
    expect(await refusals(server)).toEqual([])
    await trooper.process.line((line) =>
      line.includes(`Engine   : ${name}`) || line.includes(`Local models: ${name}`) ? true : undefined,
    )
    await trooper.process.stop()
  })

  it('says that a conversation is too long in its own words, and the client is told the truth', async () => {
    const server = fake()
    await server.play({ mode: 'overflow' })
    const trooper = await before(server.url)
    const response = await post(trooper, 'Hello.')
    expect(response.status).toBe(529)
    expect(response.headers.get('x-trooper-tried')).toMatch(/local\/\S+: 400 too long/)
    await trooper.process.stop()
  })

  it('is named as what could not be reached, with how to start it', async () => {
    const trooper = await before('http://127.0.0.1:9', { FALLBACK_MODEL: model })
    const response = await post(trooper, 'Hello.')
    expect(response.headers.get('x-trooper-tried')).toContain('is the local server at http://127.0.0.1:9 running?')
    await trooper.process.stop()
  })
})

describe('LM Studio', () => {
  it('is made to load a model that is not in memory with a window that holds the conversation, once', async () => {
    const trooper = await before(studio.url)
    for (const length of [10, 20_000, 10]) expect((await post(trooper, 'word '.repeat(length))).status).toBe(200)
    const { loads } = await studio.journal()
    expect(loads).toHaveLength(1)
    expect(loads[0]?.numCtx).toBeGreaterThanOrEqual(32_768)
    await trooper.process.stop()
  })

  it('gets a second instance beside one that somebody loaded with too small a window, and none where that suffices', async () => {
    await studio.configure({
      models: [{ key: 'qwen/small', maxContextLength: 131_072, sizeBytes: 1e8, loaded: [4096] }],
    })
    const trooper = await before(studio.url)
    await post(trooper, 'Hello.')
    expect((await studio.journal()).loads).toEqual([])
    expect((await post(trooper, 'word '.repeat(12_000))).headers.get('x-trooper-fallback')).toBe('qwen/small')
    const { loads } = await studio.journal()
    expect(loads).toHaveLength(1)
    const asked = (await studio.requests('/chat/completions')).map(({ bodyText }) => JSON.parse(bodyText).model)
    expect(asked).toEqual(['qwen/small', 'qwen/small:2'])
    await trooper.process.stop()
  })

  it('is asked for no more than CONTEXT_MAX', async () => {
    const trooper = await before(studio.url, { CONTEXT_MAX: '16000' })
    await post(trooper, 'Hello.')
    expect((await studio.journal()).loads.map(({ numCtx }) => numCtx)).toEqual([16_000])
    await trooper.process.stop()
  })

  it('answers all the same where it cannot load such a window, and the log says what to do', async () => {
    await studio.configure({ longestWindow: 8192 })
    const trooper = await before(studio.url)
    expect((await post(trooper, 'Hello.')).status).toBe(200)
    await trooper.process.line((line) => (/could not load .* CONTEXT_MAX/.test(line) ? true : undefined))
    await trooper.process.stop()
  })

  it('of an older version, without a way to load, is asked as it is', async () => {
    await studio.configure({ api: 'v0' })
    const trooper = await before(studio.url)
    const response = await post(trooper, 'Hello.')
    expect(response.headers.get('x-trooper-fallback')).toBe('qwen/qwen3.5-9b')
    await trooper.process.stop()
  })

  it('that wants a token gets it with every question', async () => {
    await studio.configure({ token: planted.primaryKey })
    const trooper = await before(studio.url, { FALLBACK_API_KEY: planted.primaryKey })
    expect((await post(trooper, 'Hello.')).status).toBe(200)
    expect(await refusals(studio)).toEqual([])
    await trooper.process.stop()
  })
})

describe('llama-server', () => {
  it('that still reads its model is waited for', async () => {
    await llama.configure({ isLoading: true })
    const trooper = await before(llama.url)
    const response = post(trooper, 'Hello.')
    await llama.journalWhen(({ requests }) => requests.some(({ url }) => url === '/health'))
    await llama.configure({ isLoading: false })
    expect((await response).status).toBe(200)
    await trooper.process.stop()
  })

  it('whose template knows no tools is not offered any', async () => {
    await llama.configure({ supportsTools: false })
    const trooper = await before(llama.url)
    const tools = [{ name: 'weather', description: 'The weather.', input_schema: { type: 'object', properties: {} } }]
    const messages = [{ role: 'user', content: 'How is the weather?' }]
    await fetch(`${trooper.url}/v1/messages`, {
      method: 'POST',
      headers: dialects.anthropic.headers,
      body: JSON.stringify({ model: 'claude', max_tokens: 500, messages, tools }),
    })
    const [seen] = await llama.requests('/chat/completions')
    expect(JSON.parse(seen!.bodyText).tools).toBeUndefined()
    await trooper.process.stop()
  })

  it('goes on with an answer that another one began, and what it says again is not said twice', async () => {
    await provider.play({ mode: 'reset-midstream', text: 'One, two, three, four, five.', chunks: 2 })
    await llama.play({ mode: 'ok', text: ' three, four, five.' })
    const trooper = await before(llama.url)
    expect(textOf(await (await ask(trooper.url, 'anthropic', true)).text())).toBe('One, two, three, four, five.')
    const [seen] = await llama.requests('/chat/completions')
    expect(JSON.parse(seen!.bodyText).messages.at(-1)).toEqual({ role: 'assistant', content: 'One, two,' })
    await trooper.process.stop()
  })
})

/** Whatever is to be found at a port, as a server that is started there. */
async function listenFor(url: string, port: number): Promise<{ stop: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const behind = connect(Number(new URL(url).port), '127.0.0.1')
    for (const end of [socket, behind]) sockets.add(end.on('error', () => {}))
    socket.pipe(behind).pipe(socket)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await leave(server)
    },
  }
}

describe('an engine that is started after Trooper', () => {
  it('is found when it is needed, at the endpoint and with the model that it has; another one in its place too', async () => {
    const ollama = await startOllama({
      models: [{ name: 'mistral:7b', contextLength: 32_768, capabilities: ['completion', 'tools'] }],
    })
    const port = await ownPort()
    const url = `http://127.0.0.1:${port}`
    const program = await before(url)
    await program.process.line((line) => (line.includes('none answers yet') ? true : undefined))
    await program.process.stop()

    // By a clock that stands still: where it took long to find nobody, nobody is looked for again for a while.
    const trooper = await startInside({ PRIMARY_URL: `${provider.url}/v1/messages`, FALLBACK_URL: url })
    expect((await post(trooper, 'Hello.')).headers.get('x-trooper-tried')).toContain('connection refused')

    const first = await listenFor(ollama.url, port)
    expect((await post(trooper, 'Hello.')).headers.get('x-trooper-fallback')).toBe('mistral:7b')
    expect(await ollama.requests('/api/chat')).toHaveLength(1)
    await first.stop()

    const second = await listenFor(studio.url, port)
    expect((await post(trooper, 'Hello.')).headers.get('x-trooper-fallback')).toBe('qwen/qwen3.5-9b')
    await trooper.stop(0)
    await Promise.all([second.stop(), ollama.stop()])
  })
})

describe('a model of somebody else’s machine', () => {
  const remote = {
    contextLength: 131_072,
    capabilities: ['completion', 'tools'] as const,
    remoteHost: 'https://ollama.com',
  }
  const models = [
    { ...remote, name: 'gpt-oss:120b-cloud', capabilities: [...remote.capabilities] },
    { ...remote, name: 'innocent:latest', capabilities: [...remote.capabilities] },
  ]

  it.each(['gpt-oss:120b-cloud', 'innocent'])('(%s) is told of at the start, and never asked', async (model) => {
    const ollama = await startOllama({ models })
    const trooper = await before(`${ollama.url}/api/chat`, { FALLBACK_MODEL: model })
    await trooper.process.line((line) =>
      line.includes('not on this machine') && line.includes(`ALLOW_REMOTE_MODELS=${model}`) ? true : undefined,
    )
    const response = await post(trooper, planted.prompt)
    expect(response.status).toBe(529)
    expect(response.headers.get('x-trooper-tried')).toContain('model of another machine')
    expect(await ollama.requests('/api/chat')).toEqual([])
    await trooper.process.stop()
    await ollama.stop()
  })

  it('is not chosen where nobody named one, and answers where somebody allowed it', async () => {
    const ollama = await startOllama({
      models: [...models, { name: 'tiny:1b', contextLength: 8192, capabilities: ['completion'] }],
    })
    const chosen = await before(ollama.url)
    expect((await post(chosen, 'Hello.')).headers.get('x-trooper-fallback')).toBe('tiny:1b')
    const allowed = await before(`${ollama.url}/api/chat`, {
      FALLBACK_MODEL: 'innocent',
      ALLOW_REMOTE_MODELS: 'other, innocent',
    })
    expect((await post(allowed, 'Hello.')).headers.get('x-trooper-fallback')).toBe('innocent')
    await Promise.all([chosen.process.stop(), allowed.process.stop(), ollama.stop()])
  })

  it('is not asked either where an Ollama app names it to what only an Ollama can answer', async () => {
    const ollama = await startOllama({ models })
    const trooper = await before(`${ollama.url}/api/chat`, { FALLBACK_MODEL: 'tiny:1b' })
    const response = await fetch(`${trooper.url}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ model: 'innocent', prompt: planted.prompt, raw: true, stream: false }),
    })
    expect(response.status).toBe(403)
    expect(await ollama.requests('/api/generate')).toEqual([])
    await trooper.process.stop()
    await ollama.stop()
  })
})

describe('an endpoint that does not take a whole conversation', () => {
  it('of Ollama is left for the one that does', async () => {
    const ollama = await startOllama()
    const trooper = await before(`${ollama.url}/v1/chat/completions`)
    expect((await post(trooper, 'Hello.')).status).toBe(200)
    const [seen] = await ollama.requests('/api/chat')
    expect(JSON.parse(seen!.bodyText)).toMatchObject({ truncate: false, shift: false })
    await trooper.process.line((line) => (line.includes('takes no whole conversation') ? true : undefined))
    await trooper.process.stop()
    await ollama.stop()
  })
})

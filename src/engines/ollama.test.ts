import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { countTokens } from '../context/count/count.ts'
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import { createPools, type Pools } from '../upstream/pools.ts'
import type { Clock } from '../clock.ts'
import type { Engine } from './engine.ts'
import { thisMachine } from './memory.ts'
import { OllamaEngine } from './ollama.ts'
import { createMargins, type Margins } from '../context/count/margins.ts'
import { roomForAnswer } from '../context/fit/room.ts'
import { noTokenizers } from '../../test/no-tokenizers.ts'
import { plainRequest } from '../../test/plain-request.ts'

const base: ChatRequest = {
  ...plainRequest,
  model: 'small',
  messages: [],
}

/** A conversation of about so many tokens by Trooper's own count. */
function conversation(tokens: number, maxOutputTokens?: number): ChatRequest {
  const sampling = { stopSequences: [], ...(maxOutputTokens !== undefined && { maxOutputTokens }) }
  return {
    ...base,
    sampling,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'abc'.repeat(tokens - 8) }] }],
  }
}

interface Fake {
  engine: Engine
  margins: Margins
  target: Target
  asked: { url: string; body: unknown }[]
}

/** Time stands still: nothing takes any, and nothing grows old. */
const still: Clock = { now: () => 0, after: () => () => {} }
const silent = { info: () => {}, warn: () => {}, error: () => {} }

const running: { server: Server; pools: Pools }[] = []
afterEach(async () => {
  for (const { server, pools } of running.splice(0)) {
    await pools.destroy()
    server.close()
    server.closeAllConnections()
  }
})

/** An Ollama that knows only `/api/show`, and answers it so; everything that it is asked beside it is a path that it does not have. */
async function ollama(show: { status?: number; body: unknown }, tokenizers = noTokenizers): Promise<Fake> {
  const asked: Fake['asked'] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
    request.on('end', () => {
      if (request.url !== '/api/show') return void response.writeHead(404).end('404 page not found')
      asked.push({ url: request.url, body: JSON.parse(text) as unknown })
      response.writeHead(show.status ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(show.body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pools = createPools(1000)
  running.push({ server, pools })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const target: Target = {
    name: 'local/small',
    kind: 'local',
    dialect: 'ollama',
    speaks: ['ollama'],
    url: { origin, base: '', query: '', text: `${origin}/api/chat` },
    model: 'small',
  }
  return {
    engine: new OllamaEngine({
      pools,
      clock: still,
      log: silent,
      machine: thisMachine,
      contextMax: undefined,
      tokenizers,
    }),
    margins: createMargins(),
    target,
    asked,
  }
}

function knows(limit: number) {
  return {
    body: { model_info: { 'general.architecture': 'qwen2', 'qwen2.context_length': limit, 'llama.context_length': 1 } },
  }
}

async function windowFor({ engine, margins, target }: Fake, request: ChatRequest): Promise<number> {
  const needed = Math.ceil(margins.of('').own(countTokens(request))) + roomForAnswer(request)
  return (await engine.windowFor(needed, target)) ?? Number.NaN
}

describe('the window asked of Ollama', () => {
  it('asks for the limit of the model by its name', async () => {
    const fake = await ollama(knows(32_768))
    await windowFor(fake, conversation(100))
    expect(fake.asked).toEqual([{ url: '/api/show', body: { model: 'small' } }])
  })

  it.each([100, 3000, 5000, 9000, 20_000])('holds a prompt of %i tokens and an answer', async (tokens) => {
    const request = conversation(tokens)
    expect(await windowFor(await ollama(knows(262_144)), request)).toBeGreaterThanOrEqual(countTokens(request) + 2048)
  })

  it('keeps room for the answer that the client asked for', async () => {
    const request = conversation(8000, 100)
    const window = await windowFor(await ollama(knows(262_144)), request)
    expect(window).toBeGreaterThanOrEqual(countTokens(request) + 100)
  })

  it('does not set aside a window for a generous limit that no answer uses up', async () => {
    expect(await windowFor(await ollama(knows(262_144)), conversation(100, 128_000))).toBeLessThanOrEqual(32_768)
  })

  it("is never more than the model's own limit", async () => {
    expect(await windowFor(await ollama(knows(8192)), conversation(50_000))).toBe(8192)
  })

  it('never shrinks, because every change reloads the model', async () => {
    const fake = await ollama(knows(262_144))
    const big = await windowFor(fake, conversation(20_000))
    expect(await windowFor(fake, conversation(100))).toBe(big)
  })

  it('grows seldom: a conversation that gains a little keeps its window', async () => {
    const fake = await ollama(knows(262_144))
    const windows = new Set<number>()
    for (let tokens = 1000; tokens <= 24_000; tokens += 500) windows.add(await windowFor(fake, conversation(tokens)))
    expect(windows.size).toBeLessThanOrEqual(4)
  })

  it('is apart for each model', async () => {
    const fake = await ollama(knows(262_144))
    const big = await windowFor(fake, conversation(50_000))
    const other = { ...fake, target: { ...fake.target, model: 'other' } }
    expect(await windowFor(other, conversation(100))).toBeLessThan(big)
  })

  it('comes with an order never to cut in silence, and to keep the model loaded', async () => {
    const { engine, target } = await ollama(knows(8192))
    const { extras } = await engine.dress({ ...base, extras: { anthropic: { thread: 1 } } }, 8192, target)
    expect(extras).toMatchObject({
      anthropic: { thread: 1 },
      ollama: { truncate: false, shift: false, keep_alive: '30m' },
    })
  })

  it.each<[string, { status?: number; body: unknown }]>([
    ['does not know the model', { status: 404, body: { error: "model 'small' not found" } }],
    ['says nothing of a limit', { body: { model_info: {} } }],
    ['says something else', { body: [] }],
  ])('is chosen all the same where Ollama %s', async (_what, show) => {
    const request = conversation(9000)
    expect(await windowFor(await ollama(show), request)).toBeGreaterThanOrEqual(countTokens(request) + 2048)
  })

  it('is chosen all the same where Ollama is not running', async () => {
    const fake = await ollama(knows(8192))
    const target: Target = { ...fake.target, url: { ...fake.target.url, origin: 'http://127.0.0.1:1' } }
    expect(await windowFor({ ...fake, target }, conversation(100))).toBeGreaterThanOrEqual(2148)
  })

  it('asks for a known limit only once', async () => {
    const fake = await ollama(knows(8192))
    await windowFor(fake, conversation(100))
    await windowFor(fake, conversation(200))
    expect(fake.asked).toHaveLength(1)
  })

  it('asks again for a limit that it could not learn', async () => {
    const fake = await ollama({ status: 500, body: {} })
    await windowFor(fake, conversation(100))
    const before = fake.asked.length
    await windowFor(fake, conversation(200))
    expect(fake.asked.length).toBeGreaterThan(before)
  })
})

describe('a count of its tokens', () => {
  it('is of the words of the prompt, and an allowance for what stands around them', async () => {
    const counted: string[][] = []
    const count = (_: unknown, texts: string[]) => Promise.resolve(counted.push(texts))
    const { engine, target } = await ollama(knows(8192), { ...noTokenizers, mayCount: () => true, count })
    expect(await engine.count(conversation(20), target)).toBeGreaterThan(1)
    expect(counted).toEqual([['abc'.repeat(12)]])
  })

  it('is not prepared for where the vocabulary cannot be had: a long conversation would be written in vain', async () => {
    const { engine, target } = await ollama(knows(8192))
    let isRead = false
    const request: ChatRequest = {
      ...base,
      get messages() {
        isRead = true
        return []
      },
    }
    expect(await engine.count(request, target)).toBeUndefined()
    expect(isRead).toBe(false)
  })
})

describe('the remedy', () => {
  it.each<[string, Failure, string | undefined]>([
    ['for a missing model', { kind: 'unknown-model', message: 'x' }, 'ollama pull small'],
    [
      'for a server that is not there',
      { kind: 'network', problem: 'refused', requestSent: false, message: 'x' },
      'ollama serve',
    ],
    ['for a conversation too long', { kind: 'too-long', message: 'x' }, 'FALLBACK_MODEL'],
    ['for anything else', { kind: 'server-error', message: 'x' }, undefined],
  ])('%s names what to do', async (_what, failure, words) => {
    const { engine, target } = await ollama(knows(1))
    const remedy = engine.remedy(failure, target)
    if (words === undefined) expect(remedy).toBeUndefined()
    else expect(remedy).toContain(words)
  })
})

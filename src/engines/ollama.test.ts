import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { countTokens } from '../context/count.ts'
import type { Failure } from '../ir/failure.ts'
import { objectOf } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import { createPools, type Pools } from '../upstream/pools.ts'
import type { Clock } from '../clock.ts'
import type { Engine, Engines } from './engine.ts'
import { thisMachine } from './memory.ts'
import { OllamaEngine } from './ollama.ts'
import { createMargins, type Margins } from '../context/margins.ts'
import { learnFromOverflow, withWindow } from '../exchange/window.ts'
import { unaskedEngines } from '../../test/fakes/unasked-engines.ts'
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
async function ollama(show: { status?: number; body: unknown }): Promise<Fake> {
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
    engine: new OllamaEngine({ pools, clock: still, log: silent, machine: thisMachine, contextMax: undefined }),
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
  const { extras } = await withWindow({ margins }, engine, request, target)
  return Number(objectOf(objectOf(extras.ollama)['options'])['num_ctx'])
}

function overflow(promptTokens: number, windowTokens: number): Extract<Failure, { kind: 'too-long' }> {
  return { kind: 'too-long', promptTokens, windowTokens, message: 'too long', status: 400 }
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

function learn(
  { engine, margins, target }: Fake,
  failure: Extract<Failure, { kind: 'too-long' }>,
  request: ChatRequest,
): Promise<boolean> {
  const engines: Engines = { ...unaskedEngines, at: () => Promise.resolve(engine), known: () => engine }
  return learnFromOverflow({ margins, engines }, failure, request, target)
}

describe('an overflow', () => {
  it('is a lesson: the same request asks for enough the next time', async () => {
    const fake = await ollama(knows(262_144))
    const request = conversation(3000)
    expect(await windowFor(fake, request)).toBe(8192)
    expect(await learn(fake, overflow(9177, 8192), request)).toBe(true)
    expect(await windowFor(fake, request)).toBeGreaterThanOrEqual(9177 + 2048)
  })

  it('is a lesson for the longer turns that follow', async () => {
    const fake = await ollama(knows(262_144))
    const request = conversation(3000)
    await windowFor(fake, request)
    await learn(fake, overflow(9000, 8192), request)
    expect(await windowFor(fake, conversation(6000))).toBeGreaterThanOrEqual(18_000)
  })

  it.each<[string, Extract<Failure, { kind: 'too-long' }>]>([
    ["longer than the model's own limit", overflow(40_000, 32_768)],
    ['that names no count', { kind: 'too-long', message: 'too long' }],
    ['that the estimate had expected', overflow(10, 8192)],
  ])('%s cannot be mended', async (_what, failure) => {
    const fake = await ollama(knows(32_768))
    const request = conversation(3000)
    await windowFor(fake, request)
    expect(await learn(fake, failure, request)).toBe(false)
  })

  it('is not learnt twice from the same figures, so that nothing is repeated without end', async () => {
    const fake = await ollama(knows(262_144))
    const request = conversation(3000)
    await windowFor(fake, request)
    expect(await learn(fake, overflow(9177, 8192), request)).toBe(true)
    expect(await learn(fake, overflow(9177, 8192), request)).toBe(false)
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

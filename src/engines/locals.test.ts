import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { startLocalServer, type Answers, type LocalServer } from '../../test/local-server.ts'
import type { OpenFallback } from '../config/targets.ts'
import type { Target } from '../routing/target.ts'
import { createEngines } from './engines.ts'
import type { ServerName } from './engine.ts'
import { createLocals, type Locals } from './locals.ts'

const running: { stop(): Promise<unknown> }[] = []
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())))

async function start(answers: Answers): Promise<LocalServer> {
  const server = await startLocalServer(answers)
  running.push(server)
  return server
}

const ollamaWith = (...models: object[]): Answers => ({
  'GET /': 'Ollama is running',
  'GET /api/version': { version: '0.34.2' },
  'GET /api/tags': { models },
  'GET /api/ps': { models: [] },
  'POST /api/show': { capabilities: ['completion'] },
})
const vllmWith = (id: string): Answers => ({
  'GET /v1/models': { data: [{ id, owned_by: 'vllm', max_model_len: 8192 }] },
  'GET /version': { version: '0.32.0' },
})
const gateway: Answers = { 'GET /v1/models': { data: [{ id: 'gpt-5.4' }] } }

interface Stage {
  locals: Locals
  target: Target
  lines: string[]
}

function stage(servers: LocalServer[], kinds: ServerName[], open: Partial<OpenFallback> = {}): Stage {
  const [first] = servers
  if (!first) throw new Error('There is no server.')
  const target = first.target('ollama', '', 'qwen2.5:3b')
  target.url = { ...target.url, origin: 'http://localhost:1', text: 'http://localhost:1/api/chat' }
  const lines: string[] = []
  const note = (text: string): void => void lines.push(text)
  const locals = createLocals({
    engines: createEngines(first.kit),
    open: { targets: [target], place: 'search', isModelOpen: true, usualModel: 'qwen2.5:3b', origins: [], ...open },
    machine: first.kit.machine,
    allowedModels: [],
    ports: servers.map(({ origin }, at) => [Number(new URL(origin).port), kinds[at] ?? 'ollama'] as const),
    clock: first.kit.clock,
    log: { info: note, warn: note, error: note },
  })
  return { locals, target, lines }
}

describe('without any configuration', () => {
  it('the first of the known engines answers, with a model that is there, and the others are told of', async () => {
    const servers = await Promise.all([
      start(ollamaWith({ name: 'mistral:7b', size: 4e9 })),
      start(vllmWith('qwen')),
      start(gateway),
    ])
    const { locals, target } = stage(servers, ['ollama', 'vllm', 'openai-compatible'])
    const findings = await locals.look([target])
    const port = (at: number): string => new URL(servers[at]?.origin ?? '').port
    expect(findings).toEqual({
      engine: 'Ollama 0.34.2',
      others: [
        `vLLM 0.32.0 at http://localhost:${port(1)}`,
        `an OpenAI-compatible server at http://localhost:${port(2)} (to use it, set FALLBACK_URL)`,
      ],
      warnings: [],
    })
    expect(target).toMatchObject({
      name: 'local/mistral:7b',
      model: 'mistral:7b',
      dialect: 'ollama',
      speaks: ['ollama'],
      url: { text: `http://localhost:${port(0)}/api/chat` },
    })
  })

  it('one that has no model to talk to is passed over', async () => {
    const servers = await Promise.all([start(ollamaWith()), start(vllmWith('qwen'))])
    const { locals, target } = stage(servers, ['ollama', 'vllm'])
    await locals.look([target])
    expect(target).toMatchObject({ model: 'qwen', dialect: 'openai-chat', url: { base: '/v1' } })
  })

  it('one that has the model that somebody chose goes before the others', async () => {
    const servers = await Promise.all([start(ollamaWith({ name: 'mistral:7b', size: 4e9 })), start(vllmWith('qwen'))])
    const { locals, target } = stage(servers, ['ollama', 'vllm'], { isModelOpen: false })
    target.model = 'qwen'
    expect(await locals.look([target])).toMatchObject({ engine: 'vLLM 0.32.0' })
    expect(target).toMatchObject({ model: 'qwen', dialect: 'openai-chat' })
  })

  it('no gateway to who knows where is taken for an engine', async () => {
    const { locals, target } = stage([await start(gateway)], ['openai-compatible'])
    expect(await locals.look([target])).toMatchObject({ engine: undefined })
    expect(target.url.origin).toBe('http://localhost:1')
  })

  it('the usual model stays the one where there is none at all', async () => {
    const { locals, target } = stage([await start(ollamaWith())], ['ollama'])
    expect(await locals.look([target])).toMatchObject({ engine: 'Ollama 0.34.2' })
    expect(target.model).toBe('qwen2.5:3b')
  })
})

describe('a server that somebody named', () => {
  const at = async (answers: Answers, place: 'origin' | 'given'): Promise<string[]> => {
    const server = await start(answers)
    const { locals, target } = stage([server], ['ollama'], { place })
    target.url = { ...target.url, origin: server.origin, text: `${server.origin}/api/chat` }
    return (await locals.look([target])).warnings
  }

  it.each(['origin', 'given'] as const)(
    'and that is none that is known is told of at the start (%s)',
    async (place) => {
      expect(await at({ 'GET /': '<!doctype html>' }, place)).toEqual([
        expect.stringMatching(/^http:\S+ answers, but as no local server that is known does: is FALLBACK_URL right\?$/),
      ])
    },
  )

  it('and that is known is not', async () => {
    expect(await at(ollamaWith({ name: 'qwen2.5:3b', size: 2e9 }), 'given')).toEqual([])
  })
})

describe('what was found', () => {
  it('is asked for once, and told when it comes late', async () => {
    const server = await start({})
    const { locals, target, lines } = stage([server], ['ollama'])
    await locals.look([target])
    Object.assign(server.answers, ollamaWith({ name: 'mistral:7b', size: 4e9 }))
    // Somebody else had answered there meanwhile.
    await locals.doubt(
      { kind: 'network', problem: 'reset', requestSent: false, message: 'x' },
      {
        ...target,
        url: { ...target.url, origin: server.origin.replace('127.0.0.1', 'localhost') },
      },
    )
    await Promise.all([locals.prepare(target), locals.prepare(target)])
    expect(target.model).toBe('mistral:7b')
    expect(lines).toEqual([
      expect.stringMatching(/Local models: Ollama 0\.34\.2 at http:\S+\/api\/chat \(mistral:7b\)/),
    ])
    const { length } = server.asked
    await locals.prepare(target)
    expect(server.asked).toHaveLength(length)
  })

  it('is chosen anew when its model has gone', async () => {
    const server = await start(ollamaWith({ name: 'mistral:7b', size: 4e9 }))
    const { locals, target } = stage([server], ['ollama'])
    await locals.look([target])
    server.answers['GET /api/tags'] = { models: [{ name: 'gemma:2b', size: 2e9 }] }
    const gone = { kind: 'unknown-model', status: 404, message: "model 'mistral:7b' not found" } as const
    await locals.doubt(gone, target)
    await locals.prepare(target)
    expect(target.name).toBe('local/gemma:2b')
  })
})

describe('a target of the configuration file of which only the origin is said', () => {
  it('is asked as the server wants that answers there, and as another one that takes its place', async () => {
    const [other, server] = await Promise.all([start({}), start(ollamaWith({ name: 'mistral:7b', size: 4e9 }))])
    const named = { ...server.target('openai-chat', '/v1', 'mistral:7b'), name: 'desk' }
    const { locals, lines } = stage([other], ['ollama'], { place: 'given', origins: [named] })
    await locals.prepare(named)
    expect(named).toMatchObject({ name: 'desk', dialect: 'ollama', speaks: ['ollama'], model: 'mistral:7b' })
    expect(named.url.text).toBe(`${server.origin}/api/chat`)
    for (const answer of Object.keys(server.answers)) delete server.answers[answer]
    Object.assign(server.answers, { 'GET /engines/v1/models': { data: [{ id: 'ai/qwen3' }] } })
    await locals.doubt({ kind: 'bad-request', status: 404, message: 'not found' }, named)
    await locals.prepare(named)
    expect(named.url.text).toBe(`${server.origin}/engines/v1/chat/completions`)
    expect(lines).toEqual([])
  })
})

describe('the start', () => {
  it('is not kept waiting by a server that does not answer', async () => {
    const silent: Server = createServer(() => {})
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const server = await start({})
    // This clock is always there.
    server.kit.clock = { now: () => 0, after: (_ms, callback) => (queueMicrotask(callback), () => {}) }
    const { locals, target } = stage([{ ...server, origin: `http://127.0.0.1:${port}` }], ['ollama'])
    expect(await locals.look([target])).toEqual({ engine: undefined, others: [], warnings: [] })
    silent.close()
  })
})

describe('a model of which its server does not say in time where it runs', () => {
  it('is not asked, as it may run anywhere', async () => {
    const server = await start({ ...ollamaWith(), 'POST /api/show': [500, 'busy'] })
    const { locals } = stage([server], ['ollama'], { targets: [], place: 'given', isModelOpen: false })
    expect(await locals.prepare(server.target('ollama', ''))).toMatchObject({ kind: 'timeout' })
    server.answers['POST /api/show'] = [404, { error: "model 'small' not found" }]
    expect(await locals.prepare(server.target('ollama', ''))).toBeUndefined()
  })
})

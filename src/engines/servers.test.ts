/** The servers beside Ollama, as they tell of themselves (local-engines.md 2, 3, 5.1). */
import { afterEach, describe, expect, it } from 'vitest'
import { startLocalServer, type Answers, type LocalServer } from '../../test/local-server.ts'
import { plainRequest } from '../../test/plain-request.ts'
import { DockerModelRunner } from './docker-model-runner.ts'
import { stateKeepMs, type Kit } from './kit.ts'
import { LlamaServer } from './llama-server.ts'
import { LmStudio } from './lm-studio.ts'
import { CompatibleEngine } from './openai-compatible.ts'
import { Vllm } from './vllm.ts'

const running: LocalServer[] = []
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())))

async function start(answers: Answers, kit: Partial<Kit> = {}): Promise<LocalServer> {
  const server = await startLocalServer(answers, 'test', kit)
  running.push(server)
  return server
}

const tool = { type: 'function', name: 'weather', inputSchema: { type: 'object', properties: {} } } as const
const withTool = { ...plainRequest, tools: [tool] }

describe('llama-server', () => {
  const meta = { n_ctx: 4096, n_ctx_train: 40_960, size: 5e9 }
  const one = { object: 'list', data: [{ id: '/models/qwen.gguf', owned_by: 'llamacpp', meta }] }
  const ready: Answers = { 'GET /health': { status: 'ok' }, 'GET /v1/models': one }

  it('of one model has the window of its slot, whatever a request calls the model', async () => {
    const server = await start(ready)
    const engine = new LlamaServer(server.kit)
    const target = server.target('openai-chat', '/v1', 'any name')
    expect(await engine.windowFor(100_000, target)).toBe(4096)
    expect(await engine.state(target)).toEqual({ is: 'loaded', windowTokens: 4096 })
    expect(await engine.facts(target)).toMatchObject({ limitTokens: 40_960 })
    expect(await engine.models(target)).toMatchObject([{ name: 'qwen.gguf', isLoaded: true, sizeBytes: 5e9 }])
  })

  it('of one model lets nobody count what does not change its window', async () => {
    const server = await start(ready)
    const need = (): Promise<number> => {
      throw new Error('It was counted.')
    }
    expect(await new LlamaServer(server.kit).windowFor(need, server.target('openai-chat', '/v1'))).toBe(4096)
  })

  it('that was started again with another window is noticed', async () => {
    const server = await start(ready)
    const engine = new LlamaServer(server.kit)
    const target = server.target('openai-chat', '/v1')
    await engine.windowFor(1, target)
    server.answers['GET /v1/models'] = { data: [{ id: 'qwen', meta: { ...meta, n_ctx: 8192 } }] }
    expect(await engine.windowFor(1, target)).toBe(4096)
    server.pass(stateKeepMs)
    expect(await engine.windowFor(1, target)).toBe(8192)
  })

  it.each([
    [{}, { tools: true, vision: true }],
    [{ modalities: { vision: false } }, { tools: true, vision: false }],
    [{ chat_template_caps: { supports_tools: false, supports_tool_calls: false } }, { tools: false, vision: true }],
  ])('with the properties %j can %j', async (props, can) => {
    const server = await start({ ...ready, 'GET /props': props })
    expect(await new LlamaServer(server.kit).facts(server.target('openai-chat', '/v1'))).toMatchObject({ can })
  })

  it('that reads its model says so', async () => {
    const server = await start({ 'GET /health': [503, { error: { message: 'Loading model' } }] })
    expect(await new LlamaServer(server.kit).state(server.target('openai-chat', '/v1'))).toEqual({ is: 'loading' })
  })

  it.each([
    ['openai-chat', '/v1', '/v1/chat/completions/input_tokens'],
    ['anthropic', '/v1', '/v1/messages/count_tokens'],
    ['openai-responses', '/v1', '/v1/responses/input_tokens'],
  ] as const)('counts a conversation of %s by the counter of that dialect', async (dialect, base, path) => {
    const server = await start({ [`POST ${path}`]: { input_tokens: 148 } })
    const engine = new LlamaServer(server.kit)
    expect(await engine.count(withTool, server.target(dialect, base))).toBe(148)
    expect(server.asked.at(-1)?.body).toMatchObject({ tools: [{}] })
  })

  it('of several models loads none when it is asked what it has, and the one that is warmed', async () => {
    const model = (value: string, more: object = {}) => ({
      data: [
        { id: 'small', status: { value, args: ['--ctx-size', '2048'] }, ...more },
        { id: 'other', status: { value: 'unloaded', args: [] } },
      ],
    })
    const server = await start({ ...ready, 'GET /v1/models': model('unloaded') })
    server.answers['POST /models/load'] = () => {
      server.answers['GET /v1/models'] = model('loaded', { meta })
      return { success: true }
    }
    const engine = new LlamaServer(server.kit)
    const target = server.target('openai-chat', '/v1')
    expect(await engine.state(target)).toEqual({ is: 'unloaded' })
    expect(await engine.windowFor(1, target)).toBe(2048)
    await engine.facts(target)
    expect(server.asked.map(({ path }) => path)).toContain('GET /props?model=small&autoload=false')
    expect(await engine.warm(target, 2048)).toBe(true)
    expect(server.asked.filter(({ path }) => path === 'POST /models/load')).toEqual([
      { path: 'POST /models/load', body: { model: 'small' } },
    ])
    expect(await engine.state(target)).toEqual({ is: 'loaded', windowTokens: 4096 })
  })
})

describe('vLLM', () => {
  it('has the window that it was started with, and counts conversations with their tools', async () => {
    const server = await start({
      'GET /v1/models': { data: [{ id: 'small', owned_by: 'vllm', max_model_len: 16_384 }] },
      'POST /tokenize': { count: 12, max_model_len: 16_384, tokens: [] },
    })
    const engine = new Vllm(server.kit)
    const target = server.target('openai-chat', '/v1')
    expect(await engine.windowFor(1, target)).toBe(16_384)
    expect(await engine.count(withTool, target)).toBe(12)
    expect(server.asked.at(-1)?.body).toMatchObject({ messages: [{ role: 'user' }], tools: [{ type: 'function' }] })
    expect(
      await engine.count(
        { ...plainRequest, model: 'x' },
        { ...target, url: { ...target.url, origin: 'http://127.0.0.1:1' } },
      ),
    ).toBeUndefined()
  })
})

describe('Docker Model Runner', () => {
  it('counts in the words of Messages, and says what makes its window longer', async () => {
    const server = await start({ 'POST /anthropic/v1/messages/count_tokens': { input_tokens: 9 } })
    const engine = new DockerModelRunner(server.kit)
    const target = server.target('openai-chat', '/engines/v1')
    expect(await engine.count(plainRequest, target)).toBe(9)
    expect(await engine.windowFor(1, target)).toBeUndefined()
    expect(engine.remedy({ kind: 'too-long', message: 'x' }, target)).toContain('docker model configure')
    expect(engine.remedy({ kind: 'unknown-model', message: 'x' }, target)).toBe('run: docker model pull small')
  })
})

describe('any other server', () => {
  it('tells nothing of its window, and counts nothing', async () => {
    const server = await start({ 'GET /v1/models': { data: [{ id: 'small' }] } })
    const engine = new CompatibleEngine(server.kit)
    const target = server.target('openai-chat', '/v1')
    expect(await engine.windowFor(1, target)).toBeUndefined()
    expect(await engine.count(plainRequest, target)).toBeUndefined()
    expect(await engine.state(target)).toEqual({ is: 'unknown' })
  })

  it('reads a conversation ahead by answering one token of it', async () => {
    const server = await start({ 'POST /v1/chat/completions': { choices: [] } })
    const engine = new CompatibleEngine(server.kit)
    expect(await engine.warm(server.target('openai-chat', '/v1'), undefined, plainRequest)).toBe(true)
    expect(server.asked.at(-1)?.body).toMatchObject({ model: 'small', stream: false, max_tokens: 1 })
  })
})

describe('LM Studio', () => {
  const model = (windows: number[], more: object = {}) => ({
    models: [
      {
        type: 'llm',
        key: 'small',
        max_context_length: 131_072,
        size_bytes: 4e8,
        loaded_instances: windows.map((context_length, at) => ({
          id: at === 0 ? 'small' : `small:${at + 1}`,
          config: { context_length },
        })),
        capabilities: { vision: false, trained_for_tool_use: true },
        ...more,
      },
    ],
  })

  /** Loads what it is told to, beside what there is. */
  async function studio(windows: number[], kit: Partial<Kit> = {}): Promise<LocalServer> {
    const server = await start({ 'GET /api/v1/models': model(windows) }, kit)
    server.answers['POST /api/v1/models/load'] = (body) => {
      const { context_length: window } = body as { context_length: number }
      const all = [...windows, window]
      server.answers['GET /api/v1/models'] = model(all)
      const id = all.length === 1 ? 'small' : `small:${all.length}`
      return { instance_id: id, status: 'loaded', load_config: { context_length: window } }
    }
    return server
  }

  const loadsOf = (server: LocalServer): unknown[] =>
    server.asked.flatMap(({ path, body }) => (path === 'POST /api/v1/models/load' ? [body] : []))

  it('has the window of what is in memory, and no other is loaded while it suffices', async () => {
    const server = await studio([20_000])
    const engine = new LmStudio(server.kit)
    const target = server.target('openai-chat', '/v1')
    expect(await engine.windowFor(20_000, target)).toBe(20_000)
    expect(await engine.state(target)).toEqual({ is: 'loaded', windowTokens: 20_000 })
    expect(await engine.facts(target)).toEqual({ can: { tools: true, vision: false }, limitTokens: 131_072 })
    expect(loadsOf(server)).toEqual([])
  })

  it('loads once for all who ask at once, and each is answered by what was loaded', async () => {
    const server = await studio([4096])
    const engine = new LmStudio(server.kit)
    const target = server.target('openai-chat', '/v1')
    const windows = await Promise.all([9000, 10_000].map((needed) => engine.windowFor(needed, target)))
    expect(windows).toEqual([131_072, 131_072])
    expect(loadsOf(server)).toEqual([{ model: 'small', context_length: 131_072, echo_load_config: true }])
    expect(await engine.dress(plainRequest, 131_072, target)).toMatchObject({ model: 'small:2' })
  })

  it('loads no second one of its own when a conversation outgrows the first, and another when that has gone', async () => {
    let freeBytes = 1e9
    const server = await studio([4096], { machine: { total: () => 1e9, free: () => freeBytes } })
    const engine = new LmStudio(server.kit)
    const target = server.target('openai-chat', '/v1')
    const first = await engine.windowFor(9000, target)
    freeBytes = 100e9
    server.pass(stateKeepMs)
    expect(await engine.windowFor(100_000, target)).toBe(first)
    server.answers['GET /api/v1/models'] = model([4096])
    server.pass(stateKeepMs)
    expect(await engine.windowFor(100_000, target)).toBe(131_072)
    expect(loadsOf(server)).toHaveLength(2)
  })

  it('is left as it is where a second instance would not fit the memory', async () => {
    const server = await studio([4096], { machine: { total: () => 6e8, free: () => 1e8 } })
    const engine = new LmStudio(server.kit)
    expect(await engine.windowFor(9000, server.target('openai-chat', '/v1'))).toBe(4096)
    expect(loadsOf(server)).toEqual([])
  })

  it('is asked only once for what it cannot load', async () => {
    const server = await studio([4096])
    server.answers['POST /api/v1/models/load'] = [500, { error: { type: 'internal_error' } }]
    const engine = new LmStudio(server.kit)
    const target = server.target('openai-chat', '/v1')
    for (const needed of [9000, 9000]) expect(await engine.windowFor(needed, target)).toBe(4096)
    expect(loadsOf(server)).toHaveLength(1)
  })

  it('is warmed with the window that requests will have', async () => {
    const server = await studio([], { contextMax: 16_000 })
    const engine = new LmStudio(server.kit)
    const target = server.target('openai-chat', '/v1')
    expect(await engine.warm(target, undefined)).toBe(true)
    expect(await engine.windowFor(9000, target)).toBe(16_000)
    expect(loadsOf(server)).toHaveLength(1)
  })

  it('of an older version tells what is in memory, and is not asked to load', async () => {
    const unexpected = { error: 'Unexpected endpoint or method. (GET /api/v1/models)' }
    const old = { data: [{ id: 'small', type: 'vlm', state: 'loaded', max_context_length: 8192 }] }
    const server = await start({ '*': unexpected, 'GET /api/v0/models': old })
    const engine = new LmStudio(server.kit)
    const target = server.target('openai-chat', '/v1')
    expect(await engine.windowFor(9000, target)).toBeUndefined()
    expect(await engine.facts(target)).toEqual({ can: { tools: true, vision: true }, limitTokens: 8192 })
    expect(loadsOf(server)).toEqual([])
  })
})

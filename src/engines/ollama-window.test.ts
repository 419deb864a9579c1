import { afterEach, describe, expect, it } from 'vitest'
import { startLocalServer, type LocalServer } from '../../test/local-server.ts'
import { plainRequest } from '../../test/plain-request.ts'
import { loadMs, stateKeepMs, type Kit } from './kit.ts'
import { OllamaEngine } from './ollama.ts'

const k = 1024
const running: LocalServer[] = []
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())))

interface Stage extends LocalServer {
  windowFor(neededTokens: number): Promise<number | undefined>
  /** What `/api/ps` tells from now on. */
  loaded(windowTokens: number | undefined): void
  engine: OllamaEngine
}

const model = {
  model_info: {
    'general.architecture': 'llama',
    'llama.context_length': 131_072,
    'llama.block_count': 32,
    'llama.attention.head_count_kv': 8,
    'llama.attention.key_length': 128,
    'llama.attention.value_length': 128,
  },
  capabilities: ['completion', 'tools'],
}

async function start(shown: object = model, kit: Partial<Kit> = {}): Promise<Stage> {
  const server = await startLocalServer(
    {
      'POST /api/show': shown,
      'GET /api/ps': { models: [] },
      'GET /api/tags': { models: [{ name: 'small:latest', size: 5e9 }] },
      'POST /api/chat': { done: true, done_reason: 'load' },
    },
    'test',
    kit,
  )
  running.push(server)
  const engine = new OllamaEngine(server.kit)
  return {
    ...server,
    engine,
    windowFor: (neededTokens) => engine.windowFor(neededTokens, server.target('ollama', '')),
    loaded: (windowTokens) => {
      const models =
        windowTokens === undefined ? [] : [{ name: 'small:latest', context_length: windowTokens, size: 6e9 }]
      server.answers['GET /api/ps'] = { models }
      server.pass(stateKeepMs)
    },
  }
}

describe('the window of an Ollama model', () => {
  it('begins as the memory of this machine allows, and is bounded by it', async () => {
    // 24 GiB free, 5 GB of weights, 131 kB a token: 158k tokens, so 128k; a quarter of that for a beginning.
    const stage = await start()
    expect(await stage.windowFor(1000)).toBe(32 * k)
    const small = await start(model, { machine: { total: () => 16e9, free: () => 1e9 } })
    expect(await small.windowFor(200_000)).toBe(16 * k)
  })

  it('is the one with which somebody has loaded it, while that suffices', async () => {
    const stage = await start()
    stage.loaded(12_345)
    expect(await stage.windowFor(12_000)).toBe(12_345)
    expect(await stage.windowFor(13_000)).toBe(32 * k)
  })

  it('does not change while it is being loaded, whatever is told meanwhile of what was before', async () => {
    const stage = await start()
    expect(await stage.windowFor(50_000)).toBe(64 * k)
    stage.loaded(undefined)
    expect(await stage.windowFor(1000)).toBe(64 * k)
    stage.loaded(4096)
    expect(await stage.windowFor(1000)).toBe(64 * k)
  })

  it('may begin small again after the model was unloaded', async () => {
    const stage = await start()
    await stage.windowFor(50_000)
    stage.loaded(64 * k)
    expect(await stage.windowFor(1000)).toBe(64 * k)
    stage.loaded(undefined)
    expect(await stage.windowFor(1000)).toBe(32 * k)
  })

  it('may begin small again when what was ordered never came', async () => {
    const stage = await start()
    await stage.windowFor(50_000)
    stage.pass(loadMs)
    stage.loaded(undefined)
    expect(await stage.windowFor(1000)).toBe(32 * k)
  })

  it('is the one that somebody else has chosen since', async () => {
    const stage = await start()
    await stage.windowFor(50_000)
    stage.loaded(64 * k)
    await stage.windowFor(1000)
    stage.loaded(20_000)
    expect(await stage.windowFor(1000)).toBe(20_000)
  })

  it('is smaller after one that the memory did not hold, and the request is worth a repeat', async () => {
    const stage = await start()
    const target = stage.target('ollama', '')
    const failure = { kind: 'server-error', message: 'llama-server reported out-of-memory during startup: x' } as const
    expect(await stage.windowFor(100_000)).toBe(128 * k)
    expect(stage.engine.doubt(failure, target)).toBe(true)
    expect(await stage.windowFor(100_000)).toBe(64 * k)
    for (const window of [32 * k, 16 * k, 8 * k]) {
      expect(stage.engine.doubt(failure, target)).toBe(true)
      expect(await stage.windowFor(100_000)).toBe(window)
    }
    expect(stage.engine.doubt(failure, target)).toBe(false)
  })

  it('is at least what the Modelfile says', async () => {
    const stage = await start({ ...model, parameters: 'stop    "<|x|>"\nnum_ctx                        50000' })
    expect(await stage.windowFor(1000)).toBe(50_000)
  })

  it('by the compatible endpoint is the one there is, as no request can choose it', async () => {
    const stage = await start()
    const target = stage.target('openai-chat', '/v1')
    expect(await stage.engine.windowFor(1000, target)).toBeUndefined()
    stage.loaded(4096)
    expect(await stage.engine.windowFor(100_000, target)).toBe(4096)
  })

  it('costs an exchange no question within seconds', async () => {
    const stage = await start()
    await stage.windowFor(1000)
    const { length } = stage.asked
    await stage.windowFor(1000)
    expect(stage.asked).toHaveLength(length)
  })
})

describe('warming a model', () => {
  it('loads it with exactly the options that requests have, and nothing else', async () => {
    const stage = await start()
    const target = stage.target('ollama', '')
    const window = await stage.windowFor(1000)
    stage.answers['POST /api/generate'] = [200, { done_reason: 'load', done: true }]
    expect(await stage.engine.warm(target, window)).toBe(true)
    const { asked: before } = stage
    const warmed = before.at(-1)
    expect(warmed).toMatchObject({ path: 'POST /api/generate', body: { model: 'small', stream: false } })
    expect(warmed?.body).not.toHaveProperty('messages')
    const dressed = await stage.engine.dress(plainRequest, window, target)
    expect(warmed?.body).toMatchObject({ ...dressed.extras.ollama })
  })

  it('reads a conversation ahead, of which it answers one token', async () => {
    const stage = await start()
    await stage.engine.warm(stage.target('ollama', ''), 8192, plainRequest)
    expect(stage.asked.at(-1)?.body).toMatchObject({
      messages: [{ role: 'user', content: 'Where is the Rhine?' }],
      options: { num_ctx: 8192, num_predict: 1 },
      shift: false,
    })
  })

  it('says when it could not', async () => {
    const stage = await start()
    stage.answers['POST /api/generate'] = [404, { error: "model 'small' not found" }]
    expect(await stage.engine.warm(stage.target('ollama', ''), 8192)).toBe(false)
  })
})

describe('what Ollama says of its models', () => {
  it('is who is there, in memory, able to call tools, and elsewhere', async () => {
    const stage = await start()
    stage.answers['GET /api/tags'] = {
      models: [
        { name: 'small:latest', size: 5e9, capabilities: ['completion', 'tools'] },
        { name: 'far:cloud', remote_host: 'https://ollama.com', size: 300 },
        { name: 'nomic-embed-text:latest', size: 3e8 },
      ],
    }
    stage.loaded(8192)
    expect(await stage.engine.models(stage.target('ollama', ''))).toEqual([
      { name: 'small:latest', isChat: true, isLoaded: true, tools: true, sizeBytes: 5e9 },
      { name: 'far:cloud', isChat: true, isLoaded: false, remoteHost: 'https://ollama.com', sizeBytes: 300 },
      { name: 'nomic-embed-text:latest', isChat: false, isLoaded: false, sizeBytes: 3e8 },
    ])
    expect(await stage.engine.state(stage.target('ollama', ''))).toEqual({ is: 'loaded', windowTokens: 8192 })
    expect(await stage.engine.state(stage.target('ollama', '', 'other'))).toEqual({ is: 'unloaded' })
  })

  it('is nothing where it does not answer', async () => {
    const stage = await start()
    const target = stage.target('ollama', '')
    await stage.stop()
    expect(await stage.engine.state(target)).toEqual({ is: 'unreachable' })
    expect(await stage.engine.facts(target)).toMatchObject({ isUntold: true })
    expect(await stage.engine.models(target)).toBeUndefined()
  })
})

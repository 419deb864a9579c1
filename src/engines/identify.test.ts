import { afterEach, describe, expect, it } from 'vitest'
import { startLocalServer, type Answers, type LocalServer } from '../../test/local-server.ts'
import { createEngines } from './engines.ts'
import { identify } from './identify.ts'
import { ask } from './kit.ts'

const running: LocalServer[] = []
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop())))

async function start(answers: Answers, name?: string): Promise<LocalServer> {
  const server = await startLocalServer(answers, name)
  running.push(server)
  return server
}

const list = (owner: string): object => ({ object: 'list', data: [{ id: 'small', object: 'model', owned_by: owner }] })
/** What Ollama's API has in servers that are none (local-engines.md 3.2). */
const ollamaApi: Answers = { 'GET /api/version': { version: '0.6.0' }, 'GET /api/tags': { models: [] } }
const unexpected = { error: 'Unexpected endpoint or method. (GET /x)' }

describe('who answers is known by what only it says', () => {
  it.each<[string, Answers, unknown, string?]>([
    [
      'Ollama',
      { ...ollamaApi, 'GET /': 'Ollama is running', 'GET /v1/models': list('library') },
      { name: 'ollama', version: '0.6.0' },
    ],
    [
      'an Ollama behind a proxy that passes on its API alone',
      { ...ollamaApi, 'GET /v1/models': list('library') },
      { name: 'ollama', version: '0.6.0' },
    ],
    ['LM Studio', { '*': unexpected, 'GET /api/v1/models': { models: [] } }, { name: 'lm-studio' }],
    ['an old LM Studio, which answers 200 to everything', { '*': unexpected }, { name: 'lm-studio' }],
    [
      'llama-server',
      { 'GET /props': { build_info: 'b10434-7e4c0a9' }, 'GET /v1/models': list('llamacpp') },
      { name: 'llama-server', version: 'b10434-7e4c0a9' },
      'llama.cpp',
    ],
    [
      'a llama-server that reads its model',
      { '*': [503, { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } }] },
      { name: 'llama-server' },
    ],
    [
      'a llama-server that wants a key',
      { '*': [401, { error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } }] },
      { name: 'llama-server' },
      'llama.cpp',
    ],
    [
      'vLLM',
      { 'GET /v1/models': list('vllm'), 'GET /version': { version: '0.32.0' } },
      { name: 'vllm', version: '0.32.0' },
    ],
    [
      'Docker Model Runner, though it answers Ollama’s API',
      { ...ollamaApi, 'GET /engines/v1/models': list('docker'), 'GET /v1/models': list('docker') },
      { name: 'docker-model-runner' },
    ],
    [
      'LocalAI, though it answers Ollama’s API, as a compatible server',
      { ...ollamaApi, 'GET /v1/models': { object: 'list', data: [{ id: 'small', object: 'model' }] } },
      { name: 'openai-compatible' },
    ],
    ['a web server, as nobody', { '*': '<html></html>' }, 'stranger'],
  ])('%s', async (_who, answers, identity, name) => {
    const server = await start(answers, name)
    const place = server.target('openai-chat', '/v1')
    for (const port of [11_434, 1234, 8080, 4711]) {
      expect(await identify((path) => ask(server.kit, place, path), port)).toEqual(identity)
    }
  })

  it('nobody where nobody listens, after one question', async () => {
    const server = await start({})
    const place = { url: { origin: 'http://127.0.0.1:1', base: '', query: '', text: '' } }
    expect(await identify((path) => ask(server.kit, place, path), 4711)).toBeUndefined()
  })
})

describe('an engine', () => {
  it('is asked who it is once, below whatever path it stands', async () => {
    const server = await start({ 'GET /ollama/': 'Ollama is running' })
    const engines = createEngines(server.kit)
    const target = server.target('ollama', '/ollama')
    expect((await engines.at(target)).name).toBe('ollama')
    const { length } = server.asked
    expect((await engines.at(server.target('openai-chat', '/ollama/v1'))).name).toBe('ollama')
    expect(server.asked).toHaveLength(length)
  })

  it('is asked again when it was away, or answers as it would not', async () => {
    const server = await start({ 'GET /': 'Ollama is running' })
    const engines = createEngines(server.kit)
    const target = server.target('ollama', '')
    await engines.at(target)
    delete server.answers['GET /']
    server.answers['*'] = unexpected
    expect((await engines.at(target)).name).toBe('ollama')
    const failure = { kind: 'bad-request', message: 'Unexpected endpoint or method. (POST /api/chat)' } as const
    expect(engines.doubt(failure, target).isOtherServer).toBe(true)
    expect((await engines.at(target)).name).toBe('lm-studio')
    expect(engines.doubt({ kind: 'overloaded', message: 'busy' }, target).isOtherServer).toBe(false)
    expect(engines.doubt({ kind: 'network', problem: 'refused', requestSent: false, message: 'x' }, target)).toEqual({
      isWorthARepeat: false,
      isOtherServer: true,
    })
  })

  it('is taken for what its path says where nobody answers', async () => {
    const server = await start({})
    await server.stop()
    const engines = createEngines(server.kit)
    expect((await engines.at(server.target('ollama', ''))).name).toBe('ollama')
    expect(engines.known(server.target('openai-chat', '/v1')).name).toBe('openai-compatible')
  })
})

/** Requests of an Ollama app that no cloud can answer: they go to the local Ollama, whatever the provider could do. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, Client, ollamaClient } from '../clients/clients.ts'
import { objectOf, parseJson, stringOf, type JsonObject } from '../../src/ir/json.ts'
import { planted } from '../secrets.ts'
import { localModel, startStage, type Stage } from './trooper.ts'

const coder = 'qwen2.5-coder:1.5b'

let stage: Stage
beforeAll(async () => {
  stage = await startStage('/v1/chat/completions', {
    PRIMARY_API_KEY: planted.primaryKey,
    PRIMARY_AUTH_HEADER: 'Authorization',
  })
})
afterAll(() => stage.stop())
beforeEach(async () => {
  await Promise.all([stage.provider.reset(), stage.ollama.reset()])
  await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
})

const post = (path: string, body: object): Promise<Response> =>
  fetch(stage.trooper.url + path, { method: 'POST', body: JSON.stringify(body) })
const generate = (body: object): Promise<Response> => post('/api/generate', { model: coder, ...body })
const heard = async (path = '/api/generate'): Promise<JsonObject> =>
  objectOf(parseJson((await stage.ollama.requests(path)).at(-1)!.bodyText))
const lines = async (response: Response): Promise<JsonObject[]> =>
  (await response.text())
    .trim()
    .split('\n')
    .map((line) => objectOf(parseJson(line)))

describe('a prompt written for one model', () => {
  it.each<[string, object]>([
    ['raw text', { prompt: '<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>', raw: true }],
    ['the gap between two texts', { prompt: 'def f(', suffix: '): pass' }],
    ['a template', { prompt: 'Hi', template: '{{ .Prompt }}!', system: 'Be brief.' }],
    ['the token ids of an earlier answer', { prompt: 'And then?', context: [1, 2, 3] }],
  ])('is answered by that model at the local Ollama, and by nobody else: %s', async (_what, body) => {
    const response = await generate({ ...body, keep_alive: '2m', options: { temperature: 0.25, min_p: 0.1 } })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const said = await lines(response)
    expect(said.map(({ response: text }) => stringOf(text)).join('')).toBe(planted.localAnswer)
    expect(said.at(-1)).toMatchObject({ done: true, done_reason: 'stop' })
    expect(await heard()).toMatchObject({
      ...body,
      model: coder,
      keep_alive: '2m',
      options: { temperature: 0.25, min_p: 0.1, num_ctx: expect.any(Number) },
      truncate: false,
      shift: false,
    })
    expect(await stage.provider.requests()).toHaveLength(0)
  })

  it('is answered whole where that is asked for, with the ids that the next one goes on from', async () => {
    const [first] = await lines(await generate({ prompt: 'Hi', context: [7], stream: false }))
    expect(first).toMatchObject({ response: planted.localAnswer, done: true, context: [7, 101, 102, 103] })
    const second = await generate({ prompt: 'And then?', context: first!['context'], stream: false })
    expect(await second.json()).toMatchObject({ context: [7, 101, 102, 103, 101, 102, 103] })
  })

  it('has a window that holds it', async () => {
    await generate({ prompt: 'Hi', suffix: 'word '.repeat(24_000), stream: false })
    expect((await heard())['options']).toMatchObject({ num_ctx: 32_768 })
  })

  it('is a plain prompt where those fields are empty, as clients send them', async () => {
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    const response = await generate({
      model: 'gpt-5.4',
      prompt: planted.prompt,
      raw: false,
      suffix: '',
      template: '',
      context: [],
      stream: false,
    })
    expect(await response.json()).toMatchObject({ response: planted.cloudAnswer })
    expect(stage.trooper.process.stdout).not.toMatch(/'(raw|suffix|template|context)'/)
  })

  it("is refused in the Ollama's own words", async () => {
    const response = await generate({ model: localModel, prompt: 'a', suffix: 'b' })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringContaining('does not support insert') })
  })

  it('tells how to get a model that is not there', async () => {
    const response = await generate({ model: 'starcoder2:3b', prompt: 'a', raw: true })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: expect.stringContaining('ollama pull starcoder2:3b') })
  })

  it('is told of a break in the middle by a line of its own', async () => {
    for (const mode of ['ends-silently', 'reset'] as const) {
      await stage.ollama.play({ mode, text: 'one two three' })
      const response = await generate({ prompt: 'a', raw: true })
      expect((await lines(response)).at(-1)).toEqual({ error: expect.any(String) })
    }
  })

  it('is given up when its app leaves', async () => {
    await stage.ollama.play({ mode: 'ok', text: 'one two three', holdAfter: 1 })
    const leave = new AbortController()
    const response = await fetch(`${stage.trooper.url}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ model: coder, prompt: 'a', raw: true }),
      signal: leave.signal,
    })
    await response.body!.getReader().read()
    leave.abort()
    const { requests } = await stage.ollama.journalWhen((journal) =>
      journal.requests.some(({ outcome }) => outcome === 'client-gone'),
    )
    expect(requests.at(-1)?.outcome).toBe('client-gone')
  })

  it('is refused where there is no local Ollama', async () => {
    const other = await startStage('/v1/chat/completions', {
      FALLBACK_URL: `${stage.provider.url}/v1/chat/completions`,
    })
    const response = await fetch(`${other.trooper.url}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ model: coder, prompt: 'a', raw: true }),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringMatching(/^raw: .*no local one/) })
    await other.stop()
  })

  const usable = available(ollamaClient)
  if (usable !== true) it.skip(`skipped: ${usable.skip}`)
  else
    it('comes from the ollama package', async () => {
      const client = new Client(ollamaClient)
      const base = { op: 'generate', baseURL: stage.trooper.url, apiKey: planted.clientKey, messages: [] } as const
      for (const streams of [false, true]) {
        const extra = { prompt: 'def f(', suffix: '): pass' }
        expect(await client.call({ ...base, model: coder, extra, streams })).toMatchObject({
          ok: true,
          text: planted.localAnswer,
          value: { context: [101, 102, 103] },
        })
      }
      await client.stop()
    })
})

describe('a model to be loaded', () => {
  const loaded = async (): Promise<string[]> => {
    const { models } = (await (await fetch(`${stage.trooper.url}/api/ps`)).json()) as { models: { name: string }[] }
    return models.map(({ name }) => name)
  }

  it.each(['/api/generate', '/api/chat'])('is loaded, stays for a conversation, and is unloaded: %s', async (path) => {
    const load = await post(path, { model: localModel, ...(path === '/api/chat' && { messages: [] }) })
    expect((await lines(load)).at(-1)).toMatchObject({ done: true, done_reason: 'load' })
    expect(await loaded()).toEqual([localModel])
    await post('/api/chat', { model: localModel, messages: [{ role: 'user', content: 'Hi' }] })
    expect((await stage.ollama.journal()).loads).toHaveLength(1)
    const unload = await post(path, { model: localModel, keep_alive: 0, ...(path === '/api/chat' && { messages: [] }) })
    expect((await lines(unload)).at(-1)).toMatchObject({ done: true, done_reason: 'unload' })
    expect(await loaded()).toEqual([])
  })

  it('and cannot be, says why', async () => {
    await stage.ollama.play({ mode: 'load-failed' })
    const response = await post('/api/generate', { model: localModel })
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ error: expect.stringContaining('out-of-memory') })
  })
})

describe('a wish of an Ollama app in a conversation', () => {
  const chat = (body: object): Promise<Response> =>
    post('/api/chat', { model: 'gpt-5.4', messages: [{ role: 'user', content: 'Hi' }], ...body })

  it('is kept by the local model: options, and how long it stays loaded', async () => {
    await chat({
      model: localModel,
      keep_alive: '3m',
      options: { min_p: 0.1, num_ctx: 2048 },
      _debug_render_only: false,
    })
    const body = await heard('/api/chat')
    expect(body).toMatchObject({ keep_alive: '3m', _debug_render_only: false, options: { min_p: 0.1 } })
    // The window is Trooper's to choose: one that is too small would cut the conversation.
    expect(objectOf(body['options'])['num_ctx']).toBeGreaterThanOrEqual(4096)
  })

  it('is left out for a cloud, and that is said once, each by its name', async () => {
    for (let turn = 0; turn < 2; turn += 1)
      await chat({ keep_alive: '3m', logprobs: true, options: { mirostat: 1, temperature: 0.5 } })
    const { process } = stage.trooper
    await process.line((line) => (line.includes('options.mirostat') ? line : undefined))
    for (const field of ['keep_alive', 'logprobs', 'options.mirostat'])
      expect(process.stdout.split(`'${field}' means nothing`)).toHaveLength(2)
    expect(process.stdout).not.toContain('options.temperature')
  })
})

/** An app that speaks Ollama's own API: the cloud first, the local model when that is spent. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { planted } from '../secrets.ts'
import { localModel, startStage, type Stage } from './trooper.ts'

interface Line {
  message?: { content: string; tool_calls?: { function: { name: string; arguments: object } }[] }
  response?: string
  done: boolean
  done_reason?: string
  error?: string
}

describe.each([
  ['/v1/messages', 'claude-opus-5-5', 'anthropic-overloaded'],
  ['/v1/chat/completions', 'gpt-5.4', 'openai-overloaded'],
  ['/v1/responses', 'gpt-5.4', 'openai-overloaded'],
] as const)('an Ollama app in front of %s', (endpoint, model, away) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(endpoint, {
      PRIMARY_API_KEY: planted.primaryKey,
      PRIMARY_AUTH_HEADER: endpoint === '/v1/messages' ? 'x-api-key' : 'Authorization',
    })
  })
  afterAll(() => stage.stop())
  beforeEach(async () => {
    await Promise.all([stage.provider.reset(), stage.ollama.reset()])
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
  })

  const post = (path: string, body: object) =>
    fetch(stage.trooper.url + path, { method: 'POST', body: JSON.stringify({ model, ...body }) })
  const linesOf = async (response: Response): Promise<Line[]> =>
    (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
  const messages = [{ role: 'user', content: planted.prompt }]
  const said = (lines: Line[]): string => lines.map((line) => line.message?.content ?? line.response ?? '').join('')

  it.each([
    ['/api/chat', { messages }],
    ['/api/generate', { prompt: planted.prompt }],
  ])('is answered by the cloud, and by the local model when that is away: %s', async (path, body) => {
    for (const stream of [undefined, true, false]) {
      const response = await post(path, { ...body, ...(stream !== undefined && { stream }) })
      expect(response.headers.get('content-type')).toBe(stream === false ? 'application/json' : 'application/x-ndjson')
      const lines = await linesOf(response)
      expect(lines.length > 1).toBe(stream !== false)
      expect(lines.at(-1)).toMatchObject({ done: true, done_reason: 'stop' })
      expect(said(lines)).toBe(planted.cloudAnswer)
    }
    await stage.provider.play({ mode: away })
    const response = await post(path, body)
    expect(response.headers.get('x-trooper-fallback')).toBe(localModel)
    expect(said(await linesOf(response))).toBe(planted.localAnswer)
  })

  it('has its tools called', async () => {
    const city = { city: 'Bern' }
    await stage.provider.play({ mode: 'ok', toolCalls: [{ name: 'get_weather', input: city }] })
    const tools = [
      { type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } },
    ]
    const lines = await linesOf(await post('/api/chat', { messages, tools }))
    expect(lines.flatMap((line) => line.message?.tool_calls ?? [])).toMatchObject([
      { function: { name: 'get_weather', arguments: city } },
    ])
    const history = [
      ...messages,
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'get_weather', arguments: city } }] },
      { role: 'tool', tool_name: 'get_weather', content: 'Sunny.' },
    ]
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    expect(said(await linesOf(await post('/api/chat', { messages: history, tools })))).toBe(planted.cloudAnswer)
  })

  it('is told of errors as Ollama tells them', async () => {
    const bad = await post('/api/chat', { messages: [{ role: 'narrator', content: 'x' }] })
    expect(bad.status).toBe(400)
    expect(await bad.json()).toEqual({ error: expect.stringContaining('role') })
    await stage.provider.play({ mode: away })
    await stage.ollama.play({ mode: 'not-pulled' })
    const nobody = await post('/api/chat', { messages })
    expect(nobody.status).toBeGreaterThanOrEqual(500)
    expect(await nobody.json()).toEqual({ error: expect.any(String) })
  })

  it('may ask for a model to be loaded, which costs no provider anything', async () => {
    expect(await (await post('/api/generate', {})).json()).toMatchObject({
      done: true,
      done_reason: 'load',
      response: '',
    })
    expect(await (await post('/api/chat', { messages: [], keep_alive: 0 })).json()).toMatchObject({
      done_reason: 'unload',
    })
    expect(await stage.provider.requests()).toHaveLength(0)
  })

  it('is told of the models, their facts and the version', async () => {
    const get = async (path: string) =>
      (await fetch(stage.trooper.url + path)).json() as Promise<{ models: { name: string }[]; version: string }>
    expect((await get('/api/tags')).models.map(({ name }) => name)).toContain(localModel)
    expect((await get('/api/version')).version).toMatch(/^\d+\.\d+\.\d+/)
    expect((await get('/api/ps')).models).toEqual(expect.any(Array))
    expect(await (await post('/api/show', { model: localModel })).json()).toMatchObject({
      capabilities: expect.arrayContaining(['tools']),
    })
    expect(await (await post('/api/show', {})).json()).toMatchObject({
      capabilities: expect.arrayContaining(['completion']),
    })
  })
})

import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FakeOllama, startOllama } from './start.ts'

const question = [{ role: 'user', content: 'Say something.' }]

let ollama: FakeOllama
beforeAll(async () => {
  ollama = await startOllama()
})
afterEach(() => ollama.reset())
afterAll(() => ollama.stop())

function post(path: string, body: unknown): Promise<Response> {
  return fetch(ollama.url + path, { method: 'POST', body: JSON.stringify(body) })
}

describe('the fake Ollama', () => {
  const chat = (body: object): Promise<Response> =>
    post('/api/chat', { model: 'qwen2.5:3b', messages: question, ...body })
  const lines = async (response: Response): Promise<unknown[]> =>
    (await response.text())
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))

  test('streams by default, word by word', async () => {
    await ollama.play({ mode: 'ok', text: 'one two' })
    const all = await lines(await chat({}))
    expect(all).toHaveLength(3)
    expect(all[0]).toMatchObject({ message: { role: 'assistant', content: 'one' }, done: false })
    expect(all[2]).toMatchObject({ done: true, done_reason: 'stop', prompt_eval_count: 8, eval_count: 3 })
  })

  test('breaks a load off when whoever caused it leaves', async () => {
    await ollama.play({ mode: 'slow-load' })
    const leaving = new AbortController()
    const body = JSON.stringify({ model: 'qwen2.5:3b', messages: question })
    const asked = fetch(`${ollama.url}/api/chat`, { method: 'POST', body, signal: leaving.signal }).catch(() => 'left')
    await ollama.journalWhen(({ requests }) => requests.some(({ mode }) => mode === 'slow-load'))
    leaving.abort()
    expect(await asked).toBe('left')
    const { loads, abortedLoads } = await ollama.journalWhen((journal) => journal.abortedLoads.length > 0)
    expect([loads, abortedLoads]).toEqual([[], ['qwen2.5:3b']])
  })

  test('answers whole when asked', async () => {
    const answer: unknown = await (await chat({ stream: false })).json()
    expect(answer).toMatchObject({ message: { content: expect.stringContaining('local model') }, done: true })
  })

  test('refuses a prompt over its window in the literal, doubly encoded form', async () => {
    const messages = [{ role: 'user', content: 'x'.repeat(4 * 9173) }]
    const response = await chat({ messages, truncate: false })
    expect(response.status).toBe(400)
    expect(await response.text()).toBe(
      String.raw`{"error":"{\"error\":{\"code\":400,\"message\":\"request (9177 tokens) exceeds the available context size (4096 tokens), try increasing it\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":9177,\"n_ctx\":4096}}"}`,
    )
  })

  test('cuts without a word otherwise, and the journal knows', async () => {
    const long = { role: 'user', content: 'x'.repeat(8000) }
    const messages = [{ role: 'system', content: 's' }, long, long, long, ...question]
    const response = await chat({ messages })
    expect(response.status).toBe(200)
    const [seen] = await ollama.requests('/api/chat')
    expect(seen?.prompt).toMatchObject({ truncated: true, droppedMessages: 1, numCtx: 4096 })
    await chat({ messages: [{ role: 'user', content: 'x'.repeat(40_000) }] })
    const { requests } = await ollama.journal()
    expect(requests[1]?.prompt).toMatchObject({ truncated: true, evaluated: 2050 })
  })

  test('clamps the window to the model', async () => {
    await chat({ options: { num_ctx: 1_000_000 } })
    const running: unknown = await (await fetch(`${ollama.url}/api/ps`)).json()
    expect(running).toHaveProperty('models.0.context_length', 32_768)
  })

  test('loads anew for another window or shift', async () => {
    await chat({ options: { num_ctx: 8192 } })
    await chat({ options: { num_ctx: 8192 } })
    await chat({ options: { num_ctx: 16_384 } })
    await chat({ options: { num_ctx: 16_384 }, shift: false })
    const { loads } = await ollama.journal()
    expect(loads.map(({ reload }) => reload)).toEqual([false, true, true])
  })

  test.each<[string, object, number, string]>([
    ['an unknown model', { model: 'x' }, 404, "model 'x' not found"],
    ['no model', { model: '' }, 400, 'model is required'],
    [
      'content parts',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] },
      400,
      'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
    ],
    [
      'arguments as a string',
      {
        messages: [{ role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }],
      },
      400,
      'json: cannot unmarshal string into Go struct field ToolCallFunction.messages.tool_calls.function.arguments of type map[string]interface {}',
    ],
    ['thinking on a model without it', { think: true }, 400, '"qwen2.5:3b" does not support thinking'],
    [
      'a picture with its data: prefix',
      { messages: [{ role: 'user', content: 'x', images: ['data:image/png;base64,AAAA'] }] },
      400,
      'illegal base64 data at input byte 4',
    ],
  ])('refuses %s', async (_name, body, status, error) => {
    const response = await chat(body)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ error })
  })

  test('answers a foreign Host with a bare 403', async () => {
    const answer = await new Promise<{ status: number | undefined; length: string | undefined }>((resolve, reject) => {
      request(`${ollama.url}/api/version`, { headers: { host: 'api.example.com' } }, (response) => {
        response.resume()
        resolve({ status: response.statusCode, length: response.headers['content-length'] })
      })
        .on('error', reject)
        .end()
    })
    expect(answer).toEqual({ status: 403, length: '0' })
  })

  test('breaks off in its ways', async () => {
    await ollama.play(
      { mode: 'ends-silently', chunks: 1, times: 1 },
      { mode: 'error-line', chunks: 1, times: 1 },
      { mode: 'error-line-first', times: 1 },
      { mode: 'busy', times: 1 },
      { mode: 'load-failed', times: 1 },
      { mode: 'overflow', times: 1 },
      { mode: 'not-pulled', times: 1 },
    )
    expect(await lines(await chat({}))).toHaveLength(1)
    expect((await lines(await chat({})))[1]).toHaveProperty('error')
    const first = await chat({})
    expect(first.status).toBe(200)
    expect(await lines(first)).toEqual([{ error: expect.stringContaining('model runner') }])
    expect(await (await chat({})).json()).toEqual({
      error: 'server busy, please try again.  maximum pending requests exceeded',
    })
    expect((await chat({})).status).toBe(500)
    expect((await chat({})).status).toBe(400)
    expect((await chat({})).status).toBe(404)
    const { requests } = await ollama.journal()
    expect(requests.filter(({ rejected }) => rejected !== undefined)).toEqual([])
  })

  test('stops at its window when it must not shift', async () => {
    const options = { num_ctx: 12 }
    await ollama.play({ mode: 'ok', text: 'a b c d e f g h' })
    const cut = await lines(await chat({ options, shift: false }))
    expect(cut.at(-1)).toMatchObject({ done_reason: 'length', eval_count: 5 })
    const shifted = await lines(await chat({ options }))
    expect(shifted.at(-1)).toMatchObject({ done_reason: 'stop' })
    const { requests } = await ollama.journal()
    expect(requests.map(({ prompt }) => prompt?.shifted)).toEqual([false, true])
  })

  test('tells about its models', async () => {
    const shown: unknown = await (await post('/api/show', { model: 'qwen2.5:3b' })).json()
    expect(shown).toHaveProperty(['model_info', 'qwen2.context_length'], 32_768)
    expect(await (await fetch(ollama.url)).text()).toBe('Ollama is running')
    expect(await (await fetch(`${ollama.url}/api/tags`)).json()).toHaveProperty('models.0.name', 'qwen2.5:3b')
    expect(await (await fetch(`${ollama.url}/api/version`)).json()).toHaveProperty('version')
    const preload = await chat({ messages: [] })
    expect(await preload.json()).toMatchObject({ done_reason: 'load', done: true })
  })

  test('completes prompts, and refuses what a prompt cannot have', async () => {
    const generate = (body: object): Promise<Response> =>
      post('/api/generate', { model: 'qwen2.5-coder:1.5b', prompt: 'Hi', stream: false, ...body })
    await ollama.play({ mode: 'ok', text: 'one two' })
    expect(await (await generate({ context: [1] })).json()).toMatchObject({
      response: 'one two',
      context: [1, 101, 102, 103],
      done_reason: 'stop',
    })
    expect(await (await generate({ raw: true })).json()).not.toHaveProperty('context')
    expect(await (await generate({ prompt: '' })).json()).toMatchObject({ response: '', done_reason: 'load' })
    for (const wrong of [
      { raw: true, system: 's' },
      { raw: true, context: [1] },
      { prompt: 1 },
      { messages: question },
      { images: ['?'] },
      { model: 'qwen2.5:3b', suffix: 'x' },
    ])
      expect((await generate(wrong)).status).toBe(400)
  })
})

import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { failures } from './failures.ts'
import { type FakeProvider, startProvider } from './start.ts'

const key = 'sk-equipment-0001'
const question = [{ role: 'user', content: 'Say something.' }]

let provider: FakeProvider
beforeAll(async () => {
  provider = await startProvider()
})
afterEach(() => provider.reset())
afterAll(() => provider.stop())

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text })
}

describe('the fake provider as Messages API', () => {
  const send = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    post(`${provider.url}/v1/messages`, body, { 'x-api-key': key, 'anthropic-version': '2023-06-01', ...headers })
  const good = { model: 'claude-sonnet-4-5', max_tokens: 64, messages: question }
  const use = (id: string): object => ({ role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: {} }] })
  const result = (id: string): object => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id }] })

  test.each<[string, object, string]>([
    ['no max_tokens', { model: 'claude-x', messages: question }, 'max_tokens: Field required'],
    ['a field of nobody', { ...good, num_ctx: 1 }, 'num_ctx: Extra inputs are not permitted'],
    ['no messages', { ...good, messages: [] }, 'messages: at least one message is required'],
    [
      'an empty text block',
      { ...good, messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
      'messages: text content blocks must be non-empty',
    ],
    [
      'an assistant first',
      { ...good, messages: [{ role: 'assistant', content: 'x' }, ...question] },
      'messages: first message must use the "user" role',
    ],
    [
      'a call without its result',
      { ...good, messages: [...question, use('toolu_1'), ...question] },
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    ],
    [
      'a result without its call',
      { ...good, messages: [...question, use('toolu_1'), result('toolu_1'), result('toolu_2')] },
      'messages.3.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_2. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
    ],
    [
      'an id of another provider',
      { ...good, messages: [...question, use('functions.f:0'), result('functions.f:0')] },
      "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ],
    [
      'a forged signature',
      {
        ...good,
        messages: [
          ...question,
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'eA==' }] },
          ...question,
        ],
      },
      'messages.1.content.0: Invalid `signature` in `thinking` block',
    ],
    [
      'a prefill of a model that takes none',
      { ...good, model: 'claude-opus-4-6', messages: [...question, { role: 'assistant', content: 'So' }] },
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    ],
  ])('refuses %s', async (_name, body, message) => {
    const response = await send(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error', message } })
    expect((await provider.requests())[0]?.rejected).toBe(message)
  })

  test('refuses a missing version, a wrong key and a local model name', async () => {
    const noVersion = await post(`${provider.url}/v1/messages`, good, { 'x-api-key': key })
    expect(await noVersion.json()).toMatchObject({ error: { message: 'anthropic-version: header is required' } })
    await provider.configure({ credential: key })
    const leftover = await send(good, { authorization: 'Bearer another' })
    expect(leftover.status).toBe(401)
    expect(await leftover.json()).toMatchObject({ error: { type: 'authentication_error' } })
    expect((await send({ ...good, model: 'qwen2.5:3b' })).status).toBe(404)
  })

  test('binds thinking to what came before it', async () => {
    await provider.play({ mode: 'ok', thinking: 'Let me see.', text: 'Yes.' })
    const first = { ...good, model: 'claude-opus-5-5' }
    const answer: unknown = await (await send(first)).json()
    expect(answer).toHaveProperty('content.0.type', 'thinking')
    const { content } = { content: [], ...Object(answer) }
    const next = [{ role: 'assistant', content }, ...question]
    expect((await send({ ...first, messages: [...question, ...next] })).status).toBe(200)
    const edited = await send({ ...first, messages: [{ role: 'user', content: 'Edited.' }, ...next] })
    expect(await edited.text()).toContain('bound to a different conversation')
  })

  test.each(Object.entries(failures))('answers %s literally', async (name, literal) => {
    const [known] = Object.keys(failures).filter((other): other is keyof typeof failures => other === name)
    await provider.play({ mode: known ?? 'server-error' })
    const response = await send(good)
    expect(response.status).toBe(literal.status)
    expect(await response.text()).toBe(literal.body)
    for (const [header, value] of Object.entries(literal.headers)) expect(response.headers.get(header)).toBe(value)
  })

  test('changes a failure as told, and counts it down', async () => {
    await provider.play({ mode: 'anthropic-rate-limit', times: 1, retryAfter: '2', headers: { 'request-id': null } })
    const limited = await send(good)
    expect(limited.headers.get('retry-after')).toBe('2')
    expect(limited.headers.get('request-id')).toBeNull()
    expect((await send(good)).status).toBe(200)
  })

  test('keeps what came in and the hash of what went out', async () => {
    const response = await send({ ...good, stream: true })
    const bytes = Buffer.from(await response.arrayBuffer())
    const [seen] = await provider.requests('/v1/messages')
    expect(seen?.rawHeaders).toContain('anthropic-version')
    expect(JSON.parse(seen?.bodyText ?? '')).toEqual({ ...good, stream: true })
    expect(seen?.answer?.bodySha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(seen).toMatchObject({ outcome: 'answered', mode: 'ok' })
  })

  test('counts tokens', async () => {
    const { max_tokens: _, ...counted } = good
    const headers = { 'x-api-key': key, 'anthropic-version': '2023-06-01' }
    const response = await post(`${provider.url}/v1/messages/count_tokens`, counted, headers)
    expect(await response.json()).toEqual({ input_tokens: expect.any(Number) })
  })
})

describe('the fake provider broken', () => {
  const send = (stream: boolean): Promise<Response> => {
    const body = { model: 'gpt-5.4', stream, messages: question }
    return post(`${provider.url}/v1/chat/completions`, body, { authorization: `Bearer ${key}` })
  }

  test('resets before the head', async () => {
    await provider.play({ mode: 'reset' })
    await expect(send(true)).rejects.toThrow()
  })

  test.each(['reset-midstream', 'end-midstream'] as const)('%s: the chunks asked for, then no end', async (mode) => {
    await provider.play({ mode, text: 'one two three four', chunks: 3 })
    const response = await send(true)
    let text = ''
    let failed = false
    try {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
    } catch {
      failed = true
    }
    expect(text).toContain('three')
    expect(text).not.toContain('four')
    expect(text).not.toContain('[DONE]')
    expect(failed).toBe(mode === 'reset-midstream')
    await provider.journalWhen(({ requests }) => requests[0]?.outcome === 'cut')
  })

  test('puts errors into a stream, first or later', async () => {
    await provider.play({ mode: 'error-first', times: 1 }, { mode: 'error-midstream', text: 'one two', chunks: 1 })
    expect(await (await send(true)).text()).toMatch(/^data: \{"error"/)
    expect(await (await send(true)).text()).toMatch(/"one"[^]*\n\ndata: \{"error".*\n\n$/)
  })

  test('puts an error into a 200, and JSON where a stream was asked for', async () => {
    await provider.play({ mode: 'error-in-200-json', times: 1 }, { mode: 'json-instead-of-stream' })
    const error = await send(false)
    expect(error.status).toBe(200)
    expect(await error.json()).toHaveProperty('error.type', 'server_error')
    expect((await send(true)).headers.get('content-type')).toBe('application/json')
  })

  test('holds an answer until it is released', async () => {
    await provider.play({ mode: 'ok', text: 'one two', holdAfter: 0 })
    const pending = send(false)
    const { requests } = await provider.journalWhen((journal) => journal.requests[0]?.mode === 'ok')
    expect(requests[0]?.answer).toBeUndefined()
    await provider.release()
    expect(await (await pending).json()).toHaveProperty('choices.0.message.content', 'one two')
  })

  test('hangs until the caller leaves', async () => {
    await provider.play({ mode: 'hang' })
    const leaving = new AbortController()
    const pending = fetch(`${provider.url}/v1/models`, { signal: leaving.signal })
    await provider.journalWhen(({ requests }) => requests[0]?.mode === 'hang')
    leaving.abort()
    await expect(pending).rejects.toThrow()
    await provider.journalWhen(({ requests }) => requests[0]?.outcome === 'client-gone')
  })
})

describe('a plan for many requests at a time', () => {
  const ask = async (content: string, stream = false): Promise<Response> => {
    const body = { model: 'gpt-5.4', stream, messages: [{ role: 'user', content }] }
    return post(`${provider.url}/v1/chat/completions`, body, { authorization: `Bearer ${key}` })
  }

  test('gives each the answer that is meant for it', async () => {
    await provider.play({ mode: 'ok', text: 'of one', about: 'one?' }, { mode: 'ok', text: 'of two', about: 'two?' })
    const answers = await Promise.all(['two?', 'one?', 'two?'].map(async (content) => (await ask(content)).json()))
    expect(answers.map((answer: unknown) => JSON.stringify(answer).match(/of \w+/)?.[0])).toEqual([
      'of two',
      'of one',
      'of two',
    ])
  })

  test('falls silent in the middle, and hangs up on everybody when told to', async () => {
    await provider.play({ mode: 'hang-midstream', chunks: 1, text: 'one two' })
    let text = ''
    const reading = (async () => {
      const { body } = await ask('one?', true)
      for await (const piece of body ?? []) {
        text += Buffer.from(piece).toString()
        if (text.includes('"one"')) await provider.hangUp()
      }
    })()
    await expect(reading).rejects.toThrow('terminated')
    expect(text).not.toContain('two')
  })
})

describe('the fake provider as OpenAI', () => {
  const send = (path: string, body: object): Promise<Response> =>
    post(provider.url + path, body, { authorization: `Bearer ${key}` })
  const call = (args: unknown): object => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: args } }],
  })

  test.each<[string, string, object, string]>([
    ['chat without messages', '/v1/chat/completions', { model: 'gpt-5.4' }, "Missing required parameter: 'messages'."],
    [
      'arguments that are an object',
      '/openai/v1/chat/completions',
      { model: 'gpt-5.4', messages: [...question, call({})] },
      "Invalid type for 'messages[1].tool_calls[0].function.arguments': expected a string, but got a object instead.",
    ],
    [
      'a call without its result',
      '/v1/chat/completions',
      { model: 'gpt-5.4', messages: [...question, call('{}')] },
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: call_1",
    ],
    [
      'an item with a foreign id',
      '/v1/responses',
      { model: 'gpt-5.4', input: [{ id: 'item_1', type: 'message', role: 'user', content: 'x' }] },
      "Invalid 'input[0].id': 'item_1'. Expected an ID that begins with 'msg'.",
    ],
    [
      'an unknown earlier answer',
      '/v1/responses',
      { model: 'gpt-5.4', input: 'x', previous_response_id: 'resp_trooper0001' },
      "Previous response with id 'resp_trooper0001' not found.",
    ],
    [
      'reasoning of somebody else',
      '/v1/responses',
      { model: 'gpt-5.4', input: [{ id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAAAx' }] },
      'The encrypted content gAAA... could not be verified. Reason: Encrypted content could not be decrypted or parsed.',
    ],
  ])('refuses %s', async (_name, path, body, message) => {
    const response = await send(path, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', message } })
  })

  test('remembers a stored answer and its calls', async () => {
    const model = 'gpt-5.4'
    await provider.play({ mode: 'ok', toolCalls: [{ id: 'call_1', name: 'f', input: { a: 1 } }] })
    const answer: unknown = await (await send('/v1/responses', { model, input: 'x' })).json()
    const { id } = { id: '', ...Object(answer) }
    const unanswered = await send('/v1/responses', { model, previous_response_id: id, input: 'y' })
    expect(await unanswered.json()).toHaveProperty('error.message', 'No tool output found for function call call_1.')
    const input = [{ type: 'function_call_output', call_id: 'call_1', output: '2' }]
    expect((await send('/v1/responses', { model, previous_response_id: id, input })).status).toBe(200)
  })

  test('has models, embeddings and files', async () => {
    const authorization = `Bearer ${key}`
    const list = await fetch(`${provider.url}/v1/models`, { headers: { authorization } })
    expect(await list.json()).toHaveProperty('object', 'list')
    const vector = await send('/v1/embeddings', { model: 'e', input: 'x', encoding_format: 'base64' })
    expect(await vector.json()).toHaveProperty('data.0.embedding', expect.any(String))
    const form = new FormData()
    form.set('file', new Blob(['{}']), 'x.jsonl')
    const file = await fetch(`${provider.url}/v1/files`, { method: 'POST', headers: { authorization }, body: form })
    expect(await file.json()).toHaveProperty('object', 'file')
  })
})

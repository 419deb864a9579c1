/** Local servers that write their tool calls in other ways than OpenAI does, over raw sockets. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startProvider, type FakeProvider } from '../fakes/start.ts'
import { dialects, startTrooper, type RunningTrooper, type TestedDialect } from './trooper.ts'

/** The deltas of the next answers, and why they end. */
let deltas: object[] = []
let finish = 'tool_calls'
let local: Server
let provider: FakeProvider
const troopers = new Map<TestedDialect, RunningTrooper>()

beforeAll(async () => {
  local = createServer((request, response) => {
    request.resume().on('end', () => {
      const chunks = [...deltas.map((delta) => ({ delta })), { delta: {}, finish_reason: finish }]
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const choice of chunks) {
        const chunk = { id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, ...choice }] }
        response.write(`data: ${JSON.stringify(chunk)}\n\n`)
      }
      response.end('data: [DONE]\n\n')
    })
  }).listen(0, '127.0.0.1')
  await once(local, 'listening')
  provider = await startProvider()
  const address = local.address()
  const port = typeof address === 'object' && address ? address.port : 0
  for (const dialect of ['anthropic', 'openai-chat', 'openai-responses'] as const)
    troopers.set(
      dialect,
      await startTrooper({
        PRIMARY_URL: provider.url + dialects[dialect].endpoint,
        FALLBACK_URL: `http://127.0.0.1:${port}/v1/chat/completions`,
      }),
    )
})
afterAll(async () => {
  await Promise.all([...troopers.values()].map(({ process }) => process.stop()))
  await provider.stop()
  local.close()
})
beforeEach(() => {
  finish = 'tool_calls'
})

interface Answer {
  content: { type: string; id: string; name: string; input: object; text?: string; thinking?: string }[]
  choices: { message: object; finish_reason: string }[]
  output: { type: string; call_id: string; name: string; arguments: string }[]
}

async function send(dialect: TestedDialect, body: object): Promise<Answer> {
  const { endpoint, headers } = dialects[dialect]
  const url = `${troopers.get(dialect)?.url}${endpoint}`
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

const question = { role: 'user', content: 'What is the weather in Bern and Oslo?' }
const tools = ['weather', 'time'].map((name) => ({ name, input_schema: { type: 'object' } }))
const askClaude = (messages: object[] = [question]): Promise<Answer> =>
  send('anthropic', { model: 'claude-sonnet-4-5', max_tokens: 100, messages, tools })
const away = () => provider.play({ mode: 'anthropic-overloaded', times: 1 })

const call = (index: number | undefined, id: string | undefined, name: string, input: unknown): object => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: input } }],
})

describe('calls of a local server', () => {
  it.each([
    ['that gives no ids', call(0, undefined, 'weather', '{"at":"Bern"}'), call(1, undefined, 'time', '{"at":"Oslo"}')],
    [
      'that gives all the same id',
      call(0, 'call_0', 'weather', '{"at":"Bern"}'),
      call(1, 'call_0', 'time', '{"at":"Oslo"}'),
    ],
    ['that gives all the same index', call(0, 'a', 'weather', '{"at":"Bern"}'), call(0, 'b', 'time', '{"at":"Oslo"}')],
    [
      'that gives no index',
      call(undefined, 'a', 'weather', '{"at":"Bern"}'),
      call(undefined, 'b', 'time', '{"at":"Oslo"}'),
    ],
    ['that writes objects', call(0, 'a', 'weather', { at: 'Bern' }), call(1, 'b', 'time', { at: 'Oslo' })],
  ])('%s are told one by one, and the provider takes them back', async (_what, first, second) => {
    await away()
    deltas = [first, second]
    const { content } = await askClaude()
    expect(content).toMatchObject([
      { type: 'tool_use', name: 'weather', input: { at: 'Bern' } },
      { type: 'tool_use', name: 'time', input: { at: 'Oslo' } },
    ])
    const results = content.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'fine' }))
    await askClaude([question, { role: 'assistant', content }, { role: 'user', content: results }])
  })

  it('that counts from zero with every answer are told apart from one answer to the next', async () => {
    deltas = [call(0, 'call_0', 'weather', '{}')]
    const history: object[] = [question]
    for (let turn = 0; turn < 2; turn += 1) {
      await away()
      const { content } = await askClaude(history)
      const results = content.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'fine' }))
      history.push({ role: 'assistant', content }, { role: 'user', content: results })
    }
    await askClaude(history)
  })

  it('that speaks the older dialect of one function call is a call', async () => {
    await away()
    deltas = [{ function_call: { name: 'weather', arguments: '' } }, { function_call: { arguments: '{"at":"Bern"}' } }]
    finish = 'function_call'
    expect((await askClaude()).content).toMatchObject([{ type: 'tool_use', name: 'weather', input: { at: 'Bern' } }])
  })
})

describe('the words of a local server', () => {
  it('may come in parts, thoughts among them', async () => {
    await away()
    deltas = [
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'A thought.' }] }] },
      { content: [{ type: 'text', text: 'It is ' }] },
      { content: [{ type: 'text', text: 'fine.' }] },
    ]
    finish = 'stop'
    expect((await askClaude()).content).toMatchObject([{ type: 'text', text: 'It is fine.' }])
  })

  it('may end for a reason that nobody knows', async () => {
    for (const dialect of ['anthropic', 'openai-chat', 'openai-responses'] as const) {
      await provider.play({ mode: dialect === 'anthropic' ? 'anthropic-overloaded' : 'openai-overloaded', times: 1 })
      deltas = [{ content: 'Fine.' }]
      finish = 'constructor'
      expect(JSON.stringify(await send(dialect, dialects[dialect].body('hi', false)))).toContain('Fine.')
    }
  })
})

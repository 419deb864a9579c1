/** Any app with any provider: several of them, in one chain, in one file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import {
  dialectNames,
  dialects,
  emptyFolder,
  spawnTrooper,
  textOf,
  type RunningTrooper,
  type TestedDialect,
} from './trooper.ts'

let provider: FakeProvider
let second: FakeProvider
let ollama: FakeOllama
beforeAll(async () => {
  ;[provider, second, ollama] = await Promise.all([startProvider(), startProvider(), startOllama()])
})
afterAll(async () => {
  await Promise.all([provider.stop(), second.stop(), ollama.stop()])
})
beforeEach(async () => {
  await Promise.all([provider.reset(), second.reset(), ollama.reset()])
})

async function startWith(yaml: string, env: Record<string, string> = {}): Promise<RunningTrooper> {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'trooper.yaml'), yaml)
  const process = spawnTrooper({ TROOPER_PORT: '0', WAIT_MAX: '0', ...env }, [], folder)
  const port = await process.line((line) => /starting on http:\S+:(\d+)/.exec(line)?.[1])
  return { process, url: `http://127.0.0.1:${port}` }
}

function ask(
  trooper: RunningTrooper,
  dialect: TestedDialect,
  fields: object = {},
  headers: object = {},
): Promise<Response> {
  const { endpoint, headers: usual, body } = dialects[dialect]
  return fetch(trooper.url + endpoint, {
    method: 'POST',
    headers: { ...usual, ...headers },
    body: JSON.stringify({ ...body(planted.prompt, false), ...fields }),
  })
}

const endpoints = {
  anthropic: '/v1/messages',
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
} as const

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools: Record<TestedDialect, object> = {
  anthropic: { name: 'get_weather', input_schema: parameters },
  'openai-chat': { type: 'function', function: { name: 'get_weather', parameters } },
  'openai-responses': { type: 'function', name: 'get_weather', parameters },
}

describe.each([...dialectNames, 'ollama'] as const)('a primary that speaks %s', (spoken) => {
  let trooper: RunningTrooper
  beforeAll(async () => {
    const url = spoken === 'ollama' ? `${ollama.url}/api/chat` : provider.url + endpoints[spoken]
    const kind = spoken === 'ollama' ? 'local' : 'cloud'
    const model = spoken === 'ollama' ? 'qwen2.5:3b' : spoken === 'anthropic' ? 'claude-opus-5-5' : 'gpt-5.4'
    trooper = await startWith(
      `targets: { only: { url: '${url}', kind: ${kind}, model: '${model}', key: ${planted.primaryKey} } }\nchains: { default: [only] }`,
    )
  })
  afterAll(() => trooper.process.stop())
  const speaker = () => (spoken === 'ollama' ? ollama : provider)

  describe.each(dialectNames)('for a %s client', (dialect) => {
    it.each([false, true])('answers in its words (stream=%s)', async (stream) => {
      await speaker().play({ mode: 'ok', text: planted.cloudAnswer })
      const response = await ask(trooper, dialect, { stream })
      expect(response.status).toBe(200)
      expect(response.headers.get('x-trooper-fallback')).toBeNull()
      expect(textOf(await response.text())).toBe(planted.cloudAnswer)
    })

    it.each([false, true])('calls its tools (stream=%s)', async (stream) => {
      await speaker().play({ mode: 'ok', toolCalls: [{ name: 'get_weather', input: { city: 'Bern' } }] })
      const text = await (await ask(trooper, dialect, { stream, tools: [tools[dialect]] })).text()
      expect(text).toContain('get_weather')
      expect(text.replaceAll('\\', '')).toMatch(/Bern/)
    })

    if (spoken !== 'ollama')
      it.each([
        ['bad-key', 401],
        ['bad-request', 400],
        ['unknown-model', 404],
      ] as const)('tells its errors in the shape of the client: %s', async (mode, status) => {
        await provider.play({ mode: spoken === 'anthropic' ? `anthropic-${mode}` : `openai-${mode}` })
        const response = await ask(trooper, dialect)
        expect(response.status).toBe(status)
        const body = (await response.json()) as { type?: string; error: { type: string; message: string } }
        expect(body.error.message).not.toBe('')
        if (dialect === 'anthropic') expect(body).toMatchObject({ type: 'error' })
        else expect(body.error).toHaveProperty('code')
      })
  })
})

describe('a chain across providers', () => {
  let trooper: RunningTrooper
  beforeAll(async () => {
    trooper = await startWith(
      [
        'targets:',
        `  first: { url: '${provider.url}/v1/messages', kind: cloud }`,
        `  second: { url: '${second.url}/v1/chat/completions', kind: cloud, key: '\${SECOND_KEY}', models: { claude-*: gpt-5.4 } }`,
        `  local: { url: '${ollama.url}/api/chat', model: 'qwen2.5:3b' }`,
        'chains: { default: [first, second, local] }',
      ].join('\n'),
      { SECOND_KEY: planted.primaryKey },
    )
  })
  afterAll(() => trooper.process.stop())

  it('asks the second when the first is spent, and the local model when both are, each with its own key and model', async () => {
    const headers = { 'x-api-key': `${planted.clientKey}-chain` }
    await provider.play({ mode: 'anthropic-credit' })
    await second.play({ mode: 'ok', text: 'From the second.', times: 1 }, { mode: 'openai-quota' })
    await ollama.play({ mode: 'ok', text: planted.localAnswer })
    const answers = [await ask(trooper, 'anthropic', {}, headers), await ask(trooper, 'anthropic', {}, headers)]
    expect(answers.map((answer) => answer.headers.get('x-trooper-provider'))).toEqual(['second', 'local'])
    expect(textOf(await answers[0]!.text())).toBe('From the second.')
    expect(textOf(await answers[1]!.text())).toBe(planted.localAnswer)
    const [seen] = await second.requests('/chat/completions')
    expect(JSON.parse(seen!.bodyText)).toMatchObject({ model: 'gpt-5.4' })
    expect(JSON.stringify(seen)).not.toContain(planted.clientKey)
  })

  it.each(['openai-bad-key', 'openai-unknown-model'] as const)(
    'goes on behind a second provider that is wrongly set up: %s',
    async (mode) => {
      await provider.play({ mode: 'anthropic-overloaded' })
      await second.play({ mode })
      await ollama.play({ mode: 'ok', text: planted.localAnswer })
      expect(textOf(await (await ask(trooper, 'anthropic', {}, { 'x-api-key': mode })).text())).toBe(
        planted.localAnswer,
      )
    },
  )

  it('gives the word of the first when nobody is left', async () => {
    await provider.play({ mode: 'anthropic-overloaded' })
    await second.play({ mode: 'openai-bad-key' })
    await ollama.play({ mode: 'not-pulled' })
    const response = await ask(trooper, 'anthropic', {}, { 'x-api-key': 'nobody' })
    expect(response.status).toBe(529)
    expect(await response.json()).toMatchObject({ error: { type: 'overloaded_error' } })
  })

  it('answers with the local model at once when the client names it', async () => {
    await ollama.play({ mode: 'ok', text: planted.localAnswer })
    const response = await ask(trooper, 'anthropic', { model: 'qwen2.5:3b' })
    expect(textOf(await response.text())).toBe(planted.localAnswer)
    expect(response.headers.get('x-trooper-fallback')).toBeNull()
    expect(await provider.requests()).toHaveLength(0)
  })
})

describe('a chain of two providers of one dialect', () => {
  it('gives the error of the second with the advice that belongs to it, while the first rests', async () => {
    const trooper = await startWith(
      [
        'targets:',
        `  first: { url: '${provider.url}/v1/messages', kind: cloud }`,
        `  second: { url: '${second.url}/v1/messages', kind: cloud, key: '\${SECOND_KEY}' }`,
        'chains: { default: [first, second] }',
      ].join('\n'),
      { SECOND_KEY: planted.primaryKey },
    )
    await provider.play({ mode: 'anthropic-credit' })
    await second.play({ mode: 'anthropic-overloaded' })
    const [spent, overloaded] = [await ask(trooper, 'anthropic'), await ask(trooper, 'anthropic')]
    expect([spent.status, spent.headers.get('x-should-retry')]).toEqual([400, 'false'])
    expect(overloaded.status).toBe(529)
    // Waiting helps against an overload, whatever is spent elsewhere.
    expect(overloaded.headers.get('x-should-retry')).not.toBe('false')
    expect(await provider.requests()).toHaveLength(1)
    await trooper.process.stop()
  })
})

describe('a stream that breaks off, with a second provider behind the first', () => {
  const sentence = 'The quick brown fox jumps over the lazy dog.'
  let trooper: RunningTrooper
  beforeAll(async () => {
    trooper = await startWith(
      [
        'targets:',
        `  first: { url: '${provider.url}/v1/chat/completions', kind: cloud }`,
        `  second: { url: '${second.url}/v1/messages', kind: cloud, key: '\${SECOND_KEY}', model: claude-sonnet-4-5 }`,
        'chains: { default: [first, second] }',
      ].join('\n'),
      { SECOND_KEY: planted.primaryKey },
    )
  })
  afterAll(() => trooper.process.stop())
  beforeEach(() => provider.play({ mode: 'reset-midstream', chunks: 3, text: sentence }))

  const messagesOf = (seen: { bodyText: string } | undefined): { role: string }[] =>
    JSON.parse(seen?.bodyText ?? '{}').messages

  it('lets a model go on with its own message that is known to do so', async () => {
    await second.play({ mode: 'ok', text: ' fox jumps over the lazy dog.' })
    const answer = await ask(trooper, 'openai-chat', { stream: true })
    expect(textOf(await answer.text())).toBe('The quick brown fox jumps over the lazy dog.')
    const [seen] = await second.requests()
    expect(messagesOf(seen).at(-1)).toEqual({
      role: 'assistant',
      content: [{ type: 'text', text: 'The quick brown' }],
    })
  })

  it('asks in words, once, a model that will not', async () => {
    await second.play(
      { mode: 'anthropic-bad-request', times: 1 },
      { mode: 'ok', text: ' fox jumps over the lazy dog.' },
    )
    const answer = await ask(trooper, 'openai-chat', { stream: true })
    expect(textOf(await answer.text())).toBe(sentence)
    const asked = (await second.requests()).map((seen) => messagesOf(seen).at(-1)?.role)
    expect(asked).toEqual(['assistant', 'user'])
  })

  it('tells the app when nobody goes on, and ends no answer as if it were whole', async () => {
    await second.play({ mode: 'anthropic-bad-request' })
    const text = await (await ask(trooper, 'openai-chat', { stream: true })).text()
    expect(text.trimEnd().split('\n\n').at(-1)).toContain('"error"')
  })
})

describe('one Trooper for Claude Code and Codex', () => {
  it('relays each to its own provider, with its own key, and renames a model in place', async () => {
    const trooper = await startWith(
      [
        'targets:',
        `  claude: { url: '${provider.url}/v1/messages', kind: cloud, models: { claude-*: claude-opus-5-5 } }`,
        `  gpt: { url: '${second.url}/v1/responses', kind: cloud }`,
        `  local: { url: '${ollama.url}/api/chat', model: 'qwen2.5:3b' }`,
        'chains: { anthropic: [claude, local], openai-responses: [gpt, local], openai-chat: [gpt, local] }',
      ].join('\n'),
    )
    await ask(trooper, 'anthropic')
    await ask(trooper, 'openai-responses')
    const [toClaude, toGpt] = [await provider.requests('/messages'), await second.requests('/responses')]
    const sent = JSON.stringify({ ...dialects.anthropic.body(planted.prompt, false), model: 'claude-opus-5-5' })
    expect(toClaude.map(({ bodyText }) => bodyText)).toEqual([sent])
    expect(toGpt).toHaveLength(1)
    await fetch(`${trooper.url}/v1/models`, { headers: dialects.anthropic.headers })
    await fetch(`${trooper.url}/v1/models`, { headers: dialects['openai-chat'].headers })
    expect([(await provider.requests('/models')).length, (await second.requests('/models')).length]).toEqual([1, 1])
    await trooper.process.stop()
  })
})

it('asks the provider of the Responses clients for their conversations', async () => {
  const trooper = await startWith(`
targets:
  chatty: { url: '${provider.url}/v1/chat/completions', kind: cloud }
  keeper: { url: '${second.url}/v1/responses', kind: cloud }
  local: { url: '${ollama.url}/api/chat', kind: local, model: 'qwen2.5:3b' }
chains: { default: [chatty, local], openai-responses: [keeper, local] }
`)
  const { headers } = dialects['openai-responses']
  const made = await fetch(`${trooper.url}/v1/conversations`, { method: 'POST', headers, body: '{}' })
  const { id } = (await made.json()) as { id: string }
  const read = await fetch(`${trooper.url}/conversations/${id}`, { headers })
  expect(read.status).toBe(200)
  expect(await provider.requests('/v1/conversations')).toHaveLength(0)
  await trooper.process.stop()
})

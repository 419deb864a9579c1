/** The official SDKs, while a local model loads for minutes and then falls silent in the middle of its answer: they must notice nothing. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  available,
  baseURL,
  Client,
  clients,
  ollamaClient,
  type Api,
  type Call,
  type Result,
} from '../clients/clients.ts'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { startOllama, startProvider, type FakeOllama, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { startInside, type Inside } from './inside.ts'
import { localModel } from './trooper.ts'

const endpoints: Record<Api, string> = {
  messages: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
}
const spent: Record<Api, ProviderBehaviour> = {
  messages: { mode: 'anthropic-credit' },
  chat: { mode: 'openai-quota' },
  responses: { mode: 'openai-quota' },
}
const models: Record<Api, string> = { messages: 'claude-sonnet-4-5', chat: 'gpt-4.1', responses: 'gpt-4.1' }
/** How long a client is left without a word (exchange/reply/signs-of-life.ts). */
const longestSilenceMs = 15_000

let provider: FakeProvider
let ollama: FakeOllama
let trooper: Inside
beforeAll(async () => {
  ;[provider, ollama] = await Promise.all([startProvider(), startOllama()])
})
afterAll(() => Promise.all([provider.stop(), ollama.stop()]))
beforeEach(() => Promise.all([provider.reset(), ollama.reset()]))
afterEach(() => trooper.stop(0))

async function startBehind(api: Api, env: Record<string, string> = {}): Promise<void> {
  await provider.play(spent[api])
  trooper = await startInside({
    PRIMARY_URL: provider.url + endpoints[api],
    PRIMARY_API_KEY: planted.primaryKey,
    PRIMARY_AUTH_HEADER: api === 'messages' ? 'x-api-key' : 'Authorization',
    FALLBACK_URL: `${ollama.url}/api/chat`,
    FALLBACK_MODEL: localModel,
    WARM: 'never',
    ...env,
  })
}

const askedForState = async (): Promise<number> => (await ollama.requests('/api/ps')).length

/** So many times the client has seen nothing for too long, and the engine is asked whether it is there. */
async function beSilent(times: number): Promise<void> {
  for (let sign = 0; sign < times; sign += 1) {
    await trooper.clock.waitedFor(longestSilenceMs)
    const before = await askedForState()
    trooper.clock.pass(longestSilenceMs)
    await ollama.journalWhen(({ requests }) => requests.filter(({ url }) => url === '/api/ps').length > before)
  }
  await trooper.clock.waitedFor(longestSilenceMs)
}

/** First the load takes its time, then the middle of the answer. */
async function takeTime(answer: Promise<Result>): Promise<Result> {
  await ollama.journalWhen(({ requests }) => requests.some(({ url }) => url === '/api/generate'))
  await beSilent(3)
  await ollama.release()
  await ollama.journalWhen(({ requests }) =>
    requests.some(({ url, answer }) => url === '/api/chat' && (answer?.bodyBytes ?? 0) > 0),
  )
  await beSilent(2)
  await ollama.release()
  return answer
}

const slowly = { mode: 'slow-load', path: '/api/generate', times: 1 } as const

describe.each(clients)('$name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  let client: Client
  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())

  describe.each(definition.apis)('%s', (api) => {
    it.each(['stream', 'final'] satisfies Call['op'][])('%s: gets its answer after all', async (op) => {
      await startBehind(api)
      await ollama.play(slowly, { mode: 'ok', text: planted.localAnswer, holdAfter: 2 })
      const answer = client.call({
        op,
        api,
        baseURL: baseURL(definition, trooper.url, api),
        apiKey: planted.clientKey,
        model: models[api],
        messages: [{ role: 'user', content: planted.prompt }],
      })
      expect(await takeTime(answer)).toMatchObject({ ok: true, text: planted.localAnswer })
      expect((await ollama.journal()).loads).toHaveLength(1)
    })
  })
})

describe('ollama', () => {
  const usable = available(ollamaClient)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)

  it('stream: gets its answer after all', async () => {
    const client = new Client(ollamaClient)
    await startBehind('messages')
    await ollama.play(slowly, { mode: 'ok', text: planted.localAnswer, holdAfter: 2 })
    const answer = client.call({
      op: 'stream',
      baseURL: trooper.url,
      apiKey: planted.clientKey,
      model: models.messages,
      messages: [{ role: 'user', content: planted.prompt }],
    })
    expect(await takeTime(answer)).toMatchObject({ ok: true, text: planted.localAnswer })
    await client.stop()
  })
})

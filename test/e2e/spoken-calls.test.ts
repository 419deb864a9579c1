/** Tool calls that a local model says in its text, through the official SDKs: they run the tool and go on. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, baseURL, Client, clients, type Api, type Call, type ClientDefinition } from '../clients/clients.ts'
import type { OllamaBehaviour } from '../fakes/control.ts'
import { startOllama, type FakeOllama } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { startTrooper, type RunningTrooper } from './trooper.ts'

const endpoints: Record<Api, string> = {
  messages: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
}

const bern = { name: 'get_weather', input: { city: 'Bern' } }
const oslo = { name: 'get_weather', input: { city: 'Oslo' } }
const json = (city: string): string => `{"name": "get_weather", "arguments": {"city": "${city}"}}`

/** Behind providers that nobody reaches, so that the local model has every turn. */
let ollama: FakeOllama
const troopers = new Map<Api, RunningTrooper>()
beforeAll(async () => {
  ollama = await startOllama()
  for (const api of ['messages', 'chat', 'responses'] as const) {
    const env = { PRIMARY_URL: `http://127.0.0.1:9${endpoints[api]}`, FALLBACK_URL: `${ollama.url}/api/chat` }
    troopers.set(api, await startTrooper(env))
  }
})
afterAll(async () => {
  await Promise.all([...troopers.values()].map(({ process }) => process.stop()))
  await ollama.stop()
})

describe.each(clients)('$name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  for (const api of definition.apis)
    describe.each([false, true])(`${api}, streams: %s`, (streams) => spokenTests(definition, api, { streams }))
})

function spokenTests(definition: ClientDefinition, api: Api, way: Pick<Call, 'streams'>): void {
  let client: Client

  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())
  beforeEach(() => ollama.reset())

  const loop = async (...plan: OllamaBehaviour[]) => {
    await ollama.play(...plan)
    const result = await client.call({
      op: 'loop',
      api,
      baseURL: baseURL(definition, troopers.get(api)?.url ?? '', api),
      apiKey: planted.clientKey,
      model: api === 'messages' ? 'claude-sonnet-4-5' : 'gpt-5',
      system: 'Be brief.',
      messages: [],
      turns: [planted.prompt, planted.question],
      keeps: 'app',
      ...way,
    })
    const { requests } = await ollama.journal()
    expect(requests.map(({ rejected }) => rejected).filter(Boolean)).toEqual([])
    return result
  }

  it.each([
    ['as Qwen does', `I look.\n<tool_call>\n${json('Bern')}\n</tool_call>`, [bern]],
    ['as JSON alone', json('Bern'), [bern]],
    ['two at once, as Mistral does', `[TOOL_CALLS][${json('Bern')}, ${json('Oslo')}]`, [bern, oslo]],
  ])('has its tool run for a call that is said %s', async (_name, text, toolCalls) => {
    const result = await loop({ mode: 'ok', text, times: 1 }, { mode: 'ok', text: planted.localAnswer })
    expect(result).toMatchObject({ ok: true, texts: [planted.localAnswer, planted.localAnswer], toolCalls })
  })

  it('reads a text about a call as text', async () => {
    const text = `You would write ${json('Bern')} for that.`
    expect(await loop({ mode: 'ok', text })).toMatchObject({ ok: true, texts: [text, text], toolCalls: [] })
  })

  it('gets the call that an engine could not read when it is asked once more, without streaming', async () => {
    const error = `error parsing tool call: raw='${planted.localAnswer}', err=invalid character`
    const result = await loop(
      { mode: 'error-line', text: 'I look at it.', chunks: 0, error, times: 1 },
      { mode: 'ok', toolCalls: [bern], times: 1 },
      { mode: 'ok', text: planted.localAnswer },
    )
    expect(result).toMatchObject({ ok: true, toolCalls: [bern] })
    const asks = (await ollama.requests('/api/chat')).map(({ bodyText }) => JSON.parse(bodyText).stream)
    expect(asks).toEqual([true, false, true, true])
  })
}

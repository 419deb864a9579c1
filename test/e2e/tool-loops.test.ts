/** Tool loops through the official SDKs that lose their provider in the middle, and get it back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, baseURL, Client, clients, type Api, type Call, type ClientDefinition } from '../clients/clients.ts'
import type { OllamaBehaviour, ProviderBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { startStage, type Stage } from './trooper.ts'

const endpoints: Record<Api, string> = {
  messages: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
}
/** Away for a moment, which is no reason to leave it alone afterwards. */
const away: Record<Api, ProviderBehaviour> = {
  messages: { mode: 'anthropic-overloaded', times: 1 },
  chat: { mode: 'openai-overloaded', times: 1 },
  responses: { mode: 'openai-overloaded', times: 1 },
}

const bern = { name: 'get_weather', input: { city: 'Bern' } }
const oslo = { name: 'get_weather', input: { city: 'Oslo' } }

const stages = new Map<Api, Stage>()
beforeAll(async () => {
  await Promise.all(
    (['messages', 'chat', 'responses'] as const).map(async (api) => {
      stages.set(api, await startStage(endpoints[api], { FALLBACK_MODEL: 'qwen3:8b' }))
    }),
  )
})
afterAll(async () => {
  await Promise.all([...stages.values()].map((stage) => stage.stop()))
})

describe.each(clients)('$name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  for (const api of definition.apis) {
    const holders: Call['keeps'][] =
      api === 'responses' && !definition.name.startsWith('ai-') ? ['app', 'provider'] : ['app']
    describe.each(holders)(`${api}, conversation held by the %s`, (keeps) => {
      describe.each([false, true])('streams: %s', (streams) =>
        loopTests(definition, api, { keeps: keeps ?? 'app', streams }),
      )
    })
  }
})

function loopTests(definition: ClientDefinition, api: Api, way: Pick<Call, 'keeps' | 'streams'>): void {
  let client: Client
  let stage: Stage

  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())
  beforeEach(async () => {
    stage = stages.get(api)!
    await stage.provider.reset()
    await stage.ollama.reset()
  })

  const loop = async (provider: ProviderBehaviour[], ollama: OllamaBehaviour[], extra: object = {}) => {
    await stage.provider.play(...provider)
    await stage.ollama.play(...ollama)
    const result = await client.call({
      op: 'loop',
      api,
      baseURL: baseURL(definition, stage.trooper.url, api),
      apiKey: planted.clientKey,
      model: api === 'messages' ? 'claude-sonnet-4-5' : 'gpt-4.1',
      system: 'Be brief.',
      messages: [],
      turns: [planted.prompt, planted.question],
      extra,
      ...way,
    })
    return result
  }

  const nobodyRefused = async (): Promise<void> => {
    const [cloud, local] = [await stage.provider.journal(), await stage.ollama.journal()]
    const refusals = [...cloud.requests, ...local.requests].map(({ rejected }) => rejected).filter(Boolean)
    expect(refusals).toEqual([])
  }

  const toldLocally = async (): Promise<{ role: string; content: string }[]> => {
    const requests = await stage.ollama.requests('/api/chat')
    return JSON.parse(requests.at(-1)!.bodyText).messages
  }

  it('loses the provider between two calls and their results: the local model finishes, the next turn is back', async () => {
    const result = await loop(
      [{ mode: 'ok', toolCalls: [bern, oslo], times: 1 }, away[api], { mode: 'ok', text: planted.cloudAnswer }],
      [{ mode: 'ok', text: planted.localAnswer }],
    )
    expect(result).toMatchObject({
      ok: true,
      texts: [planted.localAnswer, planted.cloudAnswer],
      toolCalls: [bern, oslo],
    })
    const results = (await toldLocally()).filter(({ role }) => role === 'tool').map(({ content }) => content)
    expect(results).toEqual(['It is sunny in Bern.', 'It is sunny in Oslo.'])
    await nobodyRefused()
  })

  it('calls its tools for the local model too, whatever ids that makes, and the provider takes the history', async () => {
    const odd = { ...oslo, id: 'functions.get_weather:1' }
    const result = await loop(
      [away[api], away[api], { mode: 'ok', text: planted.cloudAnswer }],
      [
        { mode: 'ok', toolCalls: [bern, odd], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      ],
    )
    expect(result).toMatchObject({
      ok: true,
      texts: [planted.localAnswer, planted.cloudAnswer],
      toolCalls: [bern, oslo],
    })
    await nobodyRefused()
  })

  // The Vercel SDK asks for reasoning in a way of each provider's own.
  if (definition.name.startsWith('ai-')) return
  it('thinks here and there: thoughts of the cloud go back as they were signed, local ones are seen and not refused', async () => {
    const asked: Record<Api, object> = {
      messages: { max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 2048 } },
      chat: { reasoning_effort: 'low' },
      responses: { reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'] },
    }
    const result = await loop(
      [
        { mode: 'ok', thinking: 'A cloud thought.', toolCalls: [bern], times: 1 },
        away[api],
        { mode: 'ok', thinking: 'Another.', text: planted.cloudAnswer },
      ],
      [
        { mode: 'ok', thinking: 'A local thought.', toolCalls: [oslo], times: 1 },
        { mode: 'ok', thinking: 'Enough.', text: planted.localAnswer },
      ],
      asked[api],
    )
    // The provider is away for one call only, so it is the one that ends the first turn.
    expect(result).toMatchObject({
      ok: true,
      texts: [planted.cloudAnswer, planted.cloudAnswer],
      toolCalls: [bern, oslo],
    })
    await nobodyRefused()
    const asks = await stage.provider.requests(endpoints[api])
    if (api === 'messages') expect(asks.at(-1)!.bodyText).toContain('A cloud thought.')
    // Chat Completions has no seals: whether a provider takes reasoning at all is its own quirk (quirks.ts).
    if (api !== 'chat') expect(asks.at(-1)!.bodyText).not.toContain('A local thought.')
  })
}

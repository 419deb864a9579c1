/** Tool loops through the official SDKs that lose their provider in the middle, and get it back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, baseURL, Client, clients, type Api, type Call, type ClientDefinition } from '../clients/clients.ts'
import type { OllamaBehaviour, ProviderBehaviour } from '../fakes/control.ts'
import { png } from '../fixtures/images.ts'
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

/** How each API is asked to reason. */
const thinking: Record<Api, object> = {
  messages: { max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 2048 } },
  chat: { reasoning_effort: 'low' },
  responses: { reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'] },
}
/** The same in the words of the Vercel SDK. */
const vercelThinking: Record<Api, object> = {
  messages: { providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } } } },
  chat: { providerOptions: { openai: { reasoningEffort: 'low' } } },
  responses: { providerOptions: { openai: { reasoningEffort: 'low', store: false } } },
}

interface Told {
  role: string
  content: string
  images?: string[]
}

const stages = new Map<Api, Stage>()
beforeAll(async () => {
  await Promise.all(
    (['messages', 'chat', 'responses'] as const).map(async (api) => {
      stages.set(api, await startStage(endpoints[api], { FALLBACK_MODEL: 'qwen3-vl:8b' }))
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

  const loop = async (
    provider: ProviderBehaviour[],
    ollama: OllamaBehaviour[],
    more: Pick<Call, 'extra' | 'image' | 'forecast'> = {},
  ) => {
    await stage.provider.play(...provider)
    await stage.ollama.play(...ollama)
    return client.call({
      op: 'loop',
      api,
      baseURL: baseURL(definition, stage.trooper.url, api),
      apiKey: planted.clientKey,
      model: api === 'messages' ? 'claude-sonnet-4-5' : 'gpt-5',
      system: 'Be brief.',
      messages: [],
      turns: [planted.prompt, planted.question],
      ...more,
      ...way,
    })
  }

  const nobodyRefused = async (): Promise<void> => {
    const [cloud, local] = [await stage.provider.journal(), await stage.ollama.journal()]
    const refusals = [...cloud.requests, ...local.requests].map(({ rejected }) => rejected).filter(Boolean)
    expect(refusals).toEqual([])
  }

  const askedLocally = async (): Promise<{ messages: Told[]; format?: object }> => {
    const requests = await stage.ollama.requests('/api/chat')
    return JSON.parse(requests.at(-1)!.bodyText)
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
    const { messages } = await askedLocally()
    const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => content)
    expect(results).toEqual(['It is sunny in Bern.', 'It is sunny in Oslo.'])
    await nobodyRefused()
  })

  it('calls its tools for the local model too, whatever ids that makes, and the provider takes the history', async () => {
    const odd = { ...oslo, id: 'functions.get_weather:1' }
    const result = await loop(
      [away[api], { mode: 'ok', text: planted.cloudAnswer }],
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

  it('shows its images to both, those that its tools found too', async () => {
    const result = await loop(
      [{ mode: 'ok', toolCalls: [bern], times: 1 }, away[api], { mode: 'ok', text: planted.cloudAnswer }],
      [{ mode: 'ok', text: planted.localAnswer }],
      { image: png },
    )
    expect(result).toMatchObject({ ok: true, texts: [planted.localAnswer, planted.cloudAnswer] })
    const { messages } = await askedLocally()
    const shown = messages.filter(({ images }) => images !== undefined)
    // Results are texts in Chat Completions.
    expect(shown.map(({ role }) => role)).toEqual(api === 'chat' ? ['user'] : ['user', 'tool'])
    for (const { images } of shown) expect(images).toEqual([png])
    expect(messages.find(({ role }) => role === 'tool')?.content).toContain('It is sunny in Bern.')
    await nobodyRefused()
  })

  it('reads the JSON of its schema out of the answers of both', async () => {
    const [local, cloud] = [
      { city: 'Bern', sunny: true },
      { city: 'Oslo', sunny: false },
    ]
    const result = await loop(
      [{ mode: 'ok', toolCalls: [bern, oslo], times: 1 }, away[api], { mode: 'ok', text: JSON.stringify(cloud) }],
      // In a code block, as small models like to write it.
      [{ mode: 'ok', text: `\`\`\`json\n${JSON.stringify(local)}\n\`\`\`` }],
      { forecast: true },
    )
    expect(result).toMatchObject({ ok: true, parsed: [local, cloud] })
    const { format } = await askedLocally()
    expect(format).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string' }, sunny: { type: 'boolean' } },
      required: ['city', 'sunny'],
    })
    await nobodyRefused()
  })

  it('thinks here and there: thoughts of the cloud go back as they were signed, local ones are seen and not refused', async () => {
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
      { extra: definition.name.startsWith('ai-') ? vercelThinking[api] : thinking[api] },
    )
    // The provider is away for one call only, but who made a call reads its result.
    expect(result).toMatchObject({
      ok: true,
      texts: [planted.localAnswer, planted.cloudAnswer],
      toolCalls: [bern, oslo],
    })
    await nobodyRefused()
    const asks = await stage.provider.requests(endpoints[api])
    if (api === 'messages') expect(asks.at(-1)!.bodyText).toContain('A cloud thought.')
    // Chat Completions has no seals: whether a provider takes reasoning at all is its own quirk (quirks.ts).
    if (api !== 'chat') expect(asks.at(-1)!.bodyText).not.toContain('A local thought.')
  })
}

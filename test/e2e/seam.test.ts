/** Streams that break off in the middle, through the official SDKs: they get one whole answer and notice nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, baseURL, Client, clients, type Api, type Call, type ClientDefinition } from '../clients/clients.ts'
import type { OllamaBehaviour, ProviderBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { ask, startStage, textOf, type Stage } from './trooper.ts'

const endpoints: Record<Api, string> = {
  messages: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
}
const dialectOf = { messages: 'anthropic', chat: 'openai-chat', responses: 'openai-responses' } as const
const faults = ['reset-midstream', 'end-midstream', 'error-midstream'] as const
const sentence = 'The quick brown fox jumps over the lazy dog and is gone.'
const bern = { name: 'get_weather', input: { city: 'Bern' } }

const stages = new Map<Api, Stage>()
beforeAll(async () => {
  await Promise.all(
    (['messages', 'chat', 'responses'] as const).map(async (api) => {
      stages.set(api, await startStage(endpoints[api]))
    }),
  )
})
afterAll(async () => {
  await Promise.all([...stages.values()].map((stage) => stage.stop()))
})

describe.each(clients)('$name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  for (const api of definition.apis) describe(api, () => seamTests(definition, api))
})

function seamTests(definition: ClientDefinition, api: Api): void {
  let client: Client
  let stage: Stage
  let customer = 0

  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())
  beforeEach(async () => {
    stage = stages.get(api)!
    await stage.provider.reset()
    await stage.ollama.reset()
  })

  /** Each call is another customer: what is remembered of one must not hide the next. */
  const call = (op: Call['op'], more: Partial<Call> = {}) => {
    customer += 1
    return client.call({
      op,
      api,
      baseURL: baseURL(definition, stage.trooper.url, api),
      apiKey: `${planted.clientKey}-${definition.name}-${customer}`,
      model: api === 'messages' ? 'claude-sonnet-4-6' : 'gpt-4.1',
      messages: [{ role: 'user', content: planted.prompt }],
      ...more,
    })
  }
  const play = async (provider: ProviderBehaviour[], ollama: OllamaBehaviour[]): Promise<void> => {
    await stage.provider.play(...provider)
    await stage.ollama.play(...ollama)
  }

  describe.each(faults)('after the third word: %s', (mode) => {
    it.each(['stream', 'final'] as const)(
      '%s: gets the whole sentence, in whatever way the local model goes on',
      async (op) => {
        for (const rest of [
          ' fox jumps over the lazy dog and is gone.',
          'brown fox jumps over the lazy dog and is gone.',
          sentence,
        ]) {
          await stage.provider.reset()
          await stage.ollama.reset()
          await play([{ mode, chunks: 3, text: sentence }], [{ mode: 'ok', text: rest }])
          const result = await call(op)
          expect(result).toMatchObject({ ok: true, text: sentence })
          if (result.ok) expect(result.finish).toMatch(/^(end_turn|stop|completed)$/)
        }
      },
    )
  })

  it.each(faults)('calls its tool once, with whole arguments, when the call was cut: %s', async (mode) => {
    await play(
      [
        { mode, chunks: 1, toolCalls: [bern], times: 1 },
        { mode: 'ok', text: planted.cloudAnswer },
      ],
      [{ mode: 'ok', toolCalls: [bern] }],
    )
    const result = await call('loop', { messages: [], turns: [planted.prompt], streams: true })
    expect(result).toMatchObject({ ok: true, texts: [planted.cloudAnswer] })
    const [, second] = await stage.provider.requests()
    expect(second?.bodyText).toContain('Bern')
    expect(second?.rejected).toBeUndefined()
  })

  it('needs nobody else when its calls were whole', async () => {
    await play(
      [
        { mode: 'end-midstream', chunks: 9, toolCalls: [bern], times: 1 },
        { mode: 'ok', text: planted.cloudAnswer },
      ],
      [{ mode: 'ok', text: planted.localAnswer }],
    )
    const result = await call('loop', { messages: [], turns: [planted.prompt], streams: true })
    expect(result).toMatchObject({ ok: true, texts: [planted.cloudAnswer] })
    expect(await stage.ollama.requests('/api/chat')).toHaveLength(0)
  })

  it('is told, and never left with half an answer, when the local model starts over in other words', async () => {
    await play(
      [{ mode: 'reset-midstream', chunks: 9, text: sentence }],
      [{ mode: 'ok', text: 'The quick brown fox jumps under a fence.' }],
    )
    const result = await call('stream')
    if (result.ok) expect(result.finish).toMatch(/fail|error|other|unknown/)
    else expect(result.message).toBeTruthy()
  })
}

describe('a stream that breaks off more than once', () => {
  it.each(['messages', 'chat', 'responses'] as const)('is one whole answer of three models: %s', async (api) => {
    const stage = await startStage(endpoints[api], { FALLBACK_MODEL: 'qwen2.5:3b,qwen3:8b' })
    await stage.provider.play({ mode: 'reset-midstream', chunks: 3, text: sentence })
    await stage.ollama.play(
      { mode: 'ends-silently', chunks: 2, text: ' fox jumps over', times: 1 },
      { mode: 'ok', text: 'jumps over the lazy dog and is gone.' },
    )
    const said = await (await ask(stage.trooper.url, dialectOf[api], true)).text()
    expect(textOf(said)).toBe(sentence)
    expect(await stage.ollama.requests('/api/chat')).toHaveLength(2)
    await stage.stop()
  })
})

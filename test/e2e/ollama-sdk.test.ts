/** The `ollama` package in front of Trooper: the cloud answers, the local model when that is away, and the package sees only an Ollama. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, Client, ollamaClient, type Call, type Result } from '../clients/clients.ts'
import type { OllamaBehaviour, ProviderBehaviour } from '../fakes/control.ts'
import { png } from '../fixtures/images.ts'
import { planted } from '../secrets.ts'
import { startStage, type Stage } from './trooper.ts'

const bern = { name: 'get_weather', input: { city: 'Bern' } }
const oslo = { name: 'get_weather', input: { city: 'Oslo' } }
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const said = '{"city":"Bern"}'

const usable = available(ollamaClient)

describe.each([
  ['/v1/messages', 'claude-opus-5-5', 'anthropic-overloaded'],
  ['/v1/chat/completions', 'gpt-5.4', 'openai-overloaded'],
  ['/v1/responses', 'gpt-5.4', 'openai-overloaded'],
] as const)('the ollama package in front of %s', (endpoint, model, awayMode) => {
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  const away: ProviderBehaviour = { mode: awayMode, times: 1 }
  let stage: Stage
  let client: Client
  beforeAll(async () => {
    client = new Client(ollamaClient)
    stage = await startStage(endpoint, {
      PRIMARY_API_KEY: planted.primaryKey,
      PRIMARY_AUTH_HEADER: endpoint === '/v1/messages' ? 'x-api-key' : 'Authorization',
      FALLBACK_MODEL: 'qwen3:8b',
    })
  })
  afterAll(() => Promise.all([stage.stop(), client.stop()]))
  beforeEach(() => Promise.all([stage.provider.reset(), stage.ollama.reset()]))
  afterEach(nobodyRefused)

  async function nobodyRefused(): Promise<void> {
    const [cloud, local] = [await stage.provider.journal(), await stage.ollama.journal()]
    expect([...cloud.requests, ...local.requests].map(({ rejected }) => rejected).filter(Boolean)).toEqual([])
  }

  const play = async (provider: ProviderBehaviour[], ollama: OllamaBehaviour[] = []): Promise<void> => {
    await stage.provider.play(...provider)
    await stage.ollama.play(...ollama)
  }
  const call = (op: Call['op'], rest: Partial<Call> = {}): Promise<Result> =>
    client.call({
      op,
      baseURL: stage.trooper.url,
      apiKey: planted.clientKey,
      model,
      messages: [{ role: 'user', content: planted.prompt }],
      ...rest,
    })
  const askedOfCloud = async (): Promise<string> => (await stage.provider.requests(endpoint)).at(-1)!.bodyText
  const askedLocally = async (): Promise<{ messages: object[]; format?: object; think?: boolean; options: object }> =>
    JSON.parse((await stage.ollama.requests('/api/chat')).at(-1)!.bodyText)

  it.each(['create', 'stream'] as const)(
    'chats with the cloud, and with the local model while that is away: %s',
    async (op) => {
      await play(
        [{ mode: 'ok', text: planted.cloudAnswer, times: 1 }, away],
        [{ mode: 'ok', text: planted.localAnswer }],
      )
      const answers = [await call(op), await call(op)]
      expect(answers).toMatchObject([
        { ok: true, text: planted.cloudAnswer, finish: 'stop', model },
        { ok: true, text: planted.localAnswer, finish: 'stop', model: 'qwen3:8b' },
      ])
      for (const answer of answers) expect(answer.ok && answer.chunks > 1).toBe(op === 'stream')
    },
  )

  it.each([false, true])('generates from a prompt and its system text, streams: %s', async (streams) => {
    await play([{ mode: 'ok', text: planted.cloudAnswer, times: 1 }, away], [{ mode: 'ok', text: planted.localAnswer }])
    const extra = { prompt: planted.prompt, system: 'Be brief.' }
    expect(await call('generate', { extra, streams })).toMatchObject({ ok: true, text: planted.cloudAnswer })
    expect(await askedOfCloud()).toContain('Be brief.')
    expect(await call('generate', { extra, streams })).toMatchObject({ ok: true, text: planted.localAnswer })
    expect((await askedLocally()).messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: planted.prompt },
    ])
  })

  it.each([false, true])(
    'loses the provider between two calls and their results, and gets it back, streams: %s',
    async (streams) => {
      await play(
        [{ mode: 'ok', toolCalls: [bern, oslo], times: 1 }, away, { mode: 'ok', text: planted.cloudAnswer }],
        [{ mode: 'ok', text: planted.localAnswer }],
      )
      const result = await call('loop', { messages: [], turns: [planted.prompt, planted.question], streams })
      expect(result).toMatchObject({
        ok: true,
        texts: [planted.localAnswer, planted.cloudAnswer],
        toolCalls: [bern, oslo],
      })
      expect((await askedLocally()).messages.slice(-2)).toMatchObject([
        { role: 'tool', content: 'It is sunny in Bern.' },
        { role: 'tool', content: 'It is sunny in Oslo.' },
      ])
    },
  )

  it('calls its tools for the local model too, and thinks in both places', async () => {
    await play(
      [
        { mode: 'ok', thinking: 'A cloud thought.', toolCalls: [bern], times: 1 },
        away,
        { mode: 'ok', text: planted.cloudAnswer },
      ],
      [
        { mode: 'ok', thinking: 'A local thought.', toolCalls: [oslo], times: 1 },
        { mode: 'ok', text: planted.localAnswer },
      ],
    )
    const extra = { think: true, options: { num_predict: 4096 } }
    // The local model ends the loop that it went on with; the next turn is the cloud's.
    const result = await call('loop', { messages: [], turns: [planted.prompt, 'And now?'], extra })
    expect(result).toMatchObject({ ok: true, text: planted.cloudAnswer, toolCalls: [bern, oslo] })
    expect(await askedLocally()).toMatchObject({ think: true })
  })

  it('thinks, and shows what it thought', async () => {
    await play([away], [{ mode: 'ok', thinking: 'Hm, pizza.', text: planted.localAnswer }])
    for (const op of ['create', 'stream'] as const) {
      await stage.provider.play(away)
      expect(await call(op, { extra: { think: true } })).toMatchObject({
        thinking: 'Hm, pizza.',
        text: planted.localAnswer,
      })
    }
  })

  it('shows an image to the cloud, and says so of one that the local model cannot see', async () => {
    const messages = [{ role: 'user', content: 'What is this?', images: [png] }]
    await play([{ mode: 'ok', text: planted.cloudAnswer, times: 1 }, away], [{ mode: 'ok', text: planted.localAnswer }])
    expect(await call('create', { messages })).toMatchObject({ text: planted.cloudAnswer })
    expect(await askedOfCloud()).toContain(png)
    expect(await call('create', { messages })).toMatchObject({ text: planted.localAnswer })
    expect(JSON.stringify(await askedLocally())).toContain('image/png was here')
  })

  it('gets JSON of its schema from both', async () => {
    await play([{ mode: 'ok', text: said, times: 1 }, away], [{ mode: 'ok', text: said }])
    for (let turn = 0; turn < 2; turn += 1)
      expect(await call('create', { extra: { format: schema } })).toMatchObject({ ok: true, text: said })
    expect(await askedOfCloud()).toContain('"required":["city"]')
    expect((await askedLocally()).format).toEqual(schema)
  })

  it('lists, shows and tells what runs, as an Ollama does', async () => {
    expect(await call('list')).toMatchObject({
      value: {
        models: expect.arrayContaining([expect.objectContaining({ name: 'qwen3:8b', size: expect.any(Number) })]),
      },
    })
    expect(await call('show', { model: 'qwen3:8b' })).toMatchObject({
      value: { capabilities: expect.arrayContaining(['tools', 'thinking']), details: { family: 'qwen3' } },
    })
    await play([away], [{ mode: 'ok', text: planted.localAnswer }])
    await call('create')
    expect(await call('ps')).toMatchObject({ value: { models: [{ name: 'qwen3:8b' }] } })
    expect(await call('version')).toMatchObject({ value: { version: expect.stringMatching(/^\d+\.\d+/) } })
  })

  it('is told of a failure in its own words', async () => {
    await play([away], [{ mode: 'busy' }])
    expect(await call('create')).toMatchObject({ ok: false, name: 'ResponseError', status: expect.any(Number) })
  })
})

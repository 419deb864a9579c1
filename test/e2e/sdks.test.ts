/** The official SDKs against the running program: they must notice nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, baseURL, Client, clients, type Api, type Call, type ClientDefinition } from '../clients/clients.ts'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { localModel, startStage, type Stage } from './trooper.ts'

const endpoints: Record<Api, string> = {
  messages: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
}
const models: Record<Api, string> = { messages: 'claude-sonnet-4-5', chat: 'gpt-4.1', responses: 'gpt-4.1' }
const ops: Call['op'][] = ['create', 'stream', 'final']

/** The behaviour table, in the words of each API's own provider. */
const spent: Record<Api, ProviderBehaviour> = {
  messages: { mode: 'anthropic-credit' },
  chat: { mode: 'openai-quota' },
  responses: { mode: 'openai-quota' },
}
const fallsBack: Record<Api, ProviderBehaviour[]> = {
  messages: [
    spent.messages,
    { mode: 'anthropic-usage-limit' },
    { mode: 'anthropic-subscription' },
    { mode: 'anthropic-rate-limit', retryAfter: '3600' },
    { mode: 'anthropic-overloaded' },
    { mode: 'reset' },
  ],
  chat: [
    spent.chat,
    { mode: 'groq-daily' },
    { mode: 'openai-rate-limit', retryAfter: '3600' },
    { mode: 'openai-overloaded' },
    { mode: 'together-credit' },
    { mode: 'gemini-quota' },
    { mode: 'reset' },
  ],
  responses: [
    spent.responses,
    { mode: 'openai-rate-limit', retryAfter: '3600' },
    { mode: 'openai-overloaded' },
    { mode: 'reset' },
  ],
}
const passedOn: Record<Api, { behaviour: ProviderBehaviour; status: number }[]> = {
  messages: [
    { behaviour: { mode: 'anthropic-bad-key' }, status: 401 },
    { behaviour: { mode: 'anthropic-bad-request' }, status: 400 },
    { behaviour: { mode: 'anthropic-unknown-model' }, status: 404 },
  ],
  chat: [
    { behaviour: { mode: 'openai-bad-key' }, status: 401 },
    { behaviour: { mode: 'openai-bad-request' }, status: 400 },
    { behaviour: { mode: 'openai-unknown-model' }, status: 404 },
  ],
  responses: [
    { behaviour: { mode: 'openai-bad-key' }, status: 401 },
    { behaviour: { mode: 'openai-too-long' }, status: 400 },
  ],
}

const stages = new Map<Api, Stage>()
beforeAll(async () => {
  await Promise.all(
    (['messages', 'chat', 'responses'] as const).map(async (api) => {
      stages.set(api, await startStage(endpoints[api], { WAIT_MAX: '0' }))
    }),
  )
})
afterAll(async () => {
  await Promise.all([...stages.values()].map((stage) => stage.stop()))
})

describe.each(clients)('$name', (definition) => {
  const usable = available(definition)
  if (usable === true) describe.each(definition.apis)('%s', (api) => sdkTests(definition, api))
  else it.skip(`skipped: ${usable.skip}`)
})

let customers = 0

function sdkTests(definition: ClientDefinition, api: Api): void {
  let client: Client
  let stage: Stage
  let key: string

  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())
  beforeEach(async () => {
    stage = stages.get(api)!
    // A customer of its own, whose quota nobody has spent before.
    customers += 1
    key = `${planted.clientKey}-${customers}`
    await stage.provider.reset()
    await stage.ollama.reset()
    await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer })
    await stage.ollama.play({ mode: 'ok', text: planted.localAnswer })
  })

  const call = (op: Call['op'], messages: object[] = [{ role: 'user', content: planted.prompt }]) =>
    client.call({
      op,
      api,
      baseURL: baseURL(definition, stage.trooper.url, api),
      apiKey: key,
      model: models[api],
      system: 'Be brief.',
      messages,
    })

  it.each(ops)('%s: gets the provider’s answer', async (op) => {
    expect(await call(op)).toMatchObject({ ok: true, text: planted.cloudAnswer })
    expect(await stage.ollama.requests('/api/chat')).toHaveLength(0)
  })

  it.each(ops)(
    '%s: goes on when the quota is gone on the third turn, and is back with the provider after the reset',
    async (op) => {
      const limited: ProviderBehaviour = {
        mode: api === 'messages' ? 'anthropic-rate-limit' : 'openai-rate-limit',
        retryAfter: '0.1',
        times: 1,
      }
      await stage.provider.play({ mode: 'ok', text: planted.cloudAnswer, times: 2 }, limited, {
        mode: 'ok',
        text: planted.cloudAnswer,
      })
      const history: { role: string; content: string }[] = []
      const turn = async (question: string) => {
        history.push({ role: 'user', content: question })
        const result = await call(op, history)
        if (!result.ok) throw new Error(result.message ?? 'failed')
        history.push({ role: 'assistant', content: result.text })
        return result
      }
      await turn(planted.prompt)
      await turn('second question')
      const third = await turn(planted.question)
      expect(third.text).toBe(planted.localAnswer)
      const [seen] = await stage.ollama.requests('/api/chat')
      expect(JSON.parse(seen!.bodyText).messages).toEqual([
        { role: 'system', content: 'Be brief.' },
        ...history.slice(0, 5),
      ])
      // Turn after turn, until the announced moment is over.
      let text = third.text
      while (text === planted.localAnswer) text = (await turn('and then?')).text
      expect(text).toBe(planted.cloudAnswer)
    },
  )

  describe.each(fallsBack[api])('under $mode', (behaviour) => {
    it.each(ops)('%s: gets a whole answer of the local model', async (op) => {
      await stage.provider.play(behaviour)
      const result = await call(op)
      expect(result).toMatchObject({ ok: true, text: planted.localAnswer })
      if (!result.ok) return
      if (typeof result.model === 'string') expect(result.model).toBe(localModel)
      // The Vercel SDK keeps no id of a Responses answer; the others show who answered.
      if (api !== 'responses' && typeof result.answerId === 'string')
        expect(result.answerId).toMatch(/^trooper-fallback-/)
      expect(result.finish).toMatch(/^(end_turn|stop|completed)$/)
      expect(JSON.stringify(result.usage)).toMatch(/[1-9]/)
    })
  })

  describe.each(passedOn[api])('under $behaviour.mode', ({ behaviour, status }) => {
    it.each(['create', 'stream'] as const)('%s: gets the provider’s own error', async (op) => {
      await stage.provider.play(behaviour)
      expect(await call(op)).toMatchObject({ ok: false, status })
      expect(await stage.ollama.requests('/api/chat')).toHaveLength(0)
    })
  })

  it.each(['create', 'stream'] as const)(
    '%s: gets the provider’s error when nobody can answer, and does not sleep on it',
    async (op) => {
      await stage.provider.play({
        mode: api === 'messages' ? 'anthropic-rate-limit' : 'openai-rate-limit',
        retryAfter: '3600',
      })
      await stage.ollama.play({ mode: 'not-pulled' })
      expect(await call(op)).toMatchObject({ ok: false, status: 429 })
    },
  )

  it('stream: gets an error, not a short answer, when the local model stops in the middle', async () => {
    await stage.provider.play(spent[api])
    await stage.ollama.play({ mode: 'ends-silently', chunks: 2 })
    const result = await call('stream')
    if (result.ok) expect(result.finish).toMatch(/fail|error|other/)
    else expect(result.message).toBeTruthy()
  })
}

/** The loop of Anthropic's SDK, which leaves its conversation with the provider, when the provider is gone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, Client, clients } from '../clients/clients.ts'
import { planted } from '../secrets.ts'
import { startStage, type Stage } from './trooper.ts'

const bern = [{ name: 'get_weather', input: { city: 'Bern' } }]
const oslo = [{ name: 'get_weather', input: { city: 'Oslo' } }]

describe.each(clients.filter(({ name }) => name.startsWith('anthropic-sdk')))('the loop of $name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  let stage: Stage
  let client: Client
  beforeAll(async () => {
    client = new Client(definition)
    stage = await startStage('/v1/messages')
  })
  afterAll(() => Promise.all([client.stop(), stage.stop()]))
  beforeEach(() => Promise.all([stage.provider.reset(), stage.ollama.reset()]))

  /** With the thread, and once more with the whole conversation. */
  const attempts = definition.name === 'anthropic-sdk-1' ? 2 : 1

  it.each([false, true])(
    'goes on with the local model and comes back, with all that was said (streams: %s)',
    async (streams) => {
      await stage.provider.play(
        { mode: 'ok', toolCalls: bern, times: 1 },
        { mode: 'anthropic-overloaded', times: attempts },
        { mode: 'ok', text: 'Sunny twice.' },
      )
      await stage.ollama.play(
        { mode: 'ok', toolCalls: oslo, times: 1, path: '/api/chat' },
        { mode: 'ok', text: 'Sunny there, too.', path: '/api/chat' },
      )
      const result = await client.call({
        op: 'runner',
        baseURL: stage.trooper.url,
        apiKey: planted.clientKey,
        model: 'claude-sonnet-4-5',
        system: 'Be brief.',
        messages: [],
        turns: [planted.prompt, planted.question],
        streams,
      })
      expect(result).toMatchObject({
        ok: true,
        texts: ['Sunny there, too.', 'Sunny twice.'],
        value: [{ city: 'Bern' }, { city: 'Oslo' }],
      })
      const [loop] = (await stage.ollama.requests('/api/chat')).slice(-1)
      expect(JSON.parse(loop!.bodyText).messages.map(({ role }: { role: string }) => role)).toEqual([
        'system',
        'user',
        'assistant',
        'tool',
        'assistant',
        'tool',
      ])
      const [back] = (await stage.provider.requests('/messages')).slice(-1)
      expect(back?.answer?.status).toBe(200)
      const { messages } = JSON.parse(back!.bodyText)
      expect(messages).toHaveLength(7)
    },
  )
})

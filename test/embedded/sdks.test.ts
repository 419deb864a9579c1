/** The official SDKs get answers of a model inside Trooper when the quota is spent: a real one, of which no word means anything. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, baseURL, Client, clients, type Api, type Call, type ClientDefinition } from '../clients/clients.ts'
import type { ProviderBehaviour } from '../fakes/control.ts'
import { planted } from '../secrets.ts'
import { available as libraryAvailable } from './equipment.ts'
import { startEmbeddedStage, type EmbeddedStage } from './stage.ts'

const apis = ['messages', 'chat', 'responses'] as const
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
const schema = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 12 }, sunny: { type: 'boolean' } },
  required: ['city', 'sunny'],
  additionalProperties: false,
}
const json: Record<Api, object> = {
  messages: { output_config: { format: { type: 'json_schema', schema } } },
  chat: { response_format: { type: 'json_schema', json_schema: { name: 'forecast', strict: true, schema } } },
  responses: { text: { format: { type: 'json_schema', name: 'forecast', strict: true, schema } } },
}

const usable = libraryAvailable()
if (usable === true) describe.each(clients)('$name', (definition) => clientTests(definition))
else it.skip(`skipped: ${usable.skip}`)

const stages = new Map<Api, EmbeddedStage>()
beforeAll(async () => {
  if (usable !== true) return
  for (const api of apis) stages.set(api, await startEmbeddedStage(endpoints[api], 'plain'))
})
afterAll(async () => {
  await Promise.all([...stages.values()].map((stage) => stage.stop()))
})

function clientTests(definition: ClientDefinition): void {
  const client = available(definition)
  if (client === true) describe.each(definition.apis)('%s', (api) => apiTests(definition, api))
  else it.skip(`skipped: ${client.skip}`)
}

let customers = 0

function apiTests(definition: ClientDefinition, api: Api): void {
  let client: Client
  let stage: EmbeddedStage

  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())
  beforeEach(async () => {
    stage = stages.get(api)!
    await stage.provider.reset()
    await stage.provider.play(spent[api])
  })

  const call = (op: Call['op'], more: Partial<Call> = {}) => {
    customers += 1
    return client.call({
      op,
      api,
      baseURL: baseURL(definition, stage.trooper.url, api),
      apiKey: `${planted.clientKey}-${customers}`,
      model: api === 'messages' ? 'claude-sonnet-4-5' : 'gpt-4.1',
      system: 'Be brief.',
      messages: [{ role: 'user', content: planted.prompt }],
      ...more,
    })
  }

  it.for(['create', 'stream', 'final'] as const)('%s: gets an answer of the model inside', async (op, context) => {
    const result = await call(op)
    if (!result.ok && result.skipped !== undefined) context.skip(result.skipped)
    expect(result).toMatchObject({ ok: true, model: 'tiny' })
    if (!result.ok) return
    expect(result.text.trim()).not.toBe('')
    if (op === 'stream') expect(result.chunks).toBeGreaterThan(1)
  })

  if (!definition.driver.startsWith('vercel'))
    it.each(['create', 'stream'] as const)('%s: gets an answer in the form that it asks for', async (op) => {
      const result = await call(op, { extra: json[api] })
      if (!result.ok) throw new Error(result.message ?? 'failed')
      expect(JSON.parse(result.text)).toEqual({ city: expect.any(String), sunny: expect.any(Boolean) })
    })
}

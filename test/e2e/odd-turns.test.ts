/** What a local model writes and no provider would: through the official SDKs it goes into the history, and the provider takes it back. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { available, baseURL, Client, clients, type Api, type ClientDefinition } from '../clients/clients.ts'
import { startProvider, type FakeProvider } from '../fakes/start.ts'
import { planted } from '../secrets.ts'
import { startTrooper, type RunningTrooper } from './trooper.ts'

const endpoints: Record<Api, string> = {
  messages: '/v1/messages',
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
}

let local: Server
let provider: FakeProvider
const troopers = new Map<Api, RunningTrooper>()
/** The deltas of the first answer of a conversation. */
let deltas: object[] = []

beforeAll(async () => {
  local = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const said = body.includes('"role":"tool"') ? [{ content: planted.localAnswer }] : deltas
      const chunks = [...said.map((delta) => ({ delta })), { delta: {}, finish_reason: 'stop' }]
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const choice of chunks) {
        const chunk = { id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, ...choice }] }
        response.write(`data: ${JSON.stringify(chunk)}\n\n`)
      }
      response.end('data: [DONE]\n\n')
    })
  }).listen(0, '127.0.0.1')
  await once(local, 'listening')
  provider = await startProvider()
  const address = local.address()
  const port = typeof address === 'object' && address ? address.port : 0
  for (const api of ['messages', 'chat', 'responses'] as const)
    troopers.set(
      api,
      await startTrooper({
        PRIMARY_URL: provider.url + endpoints[api],
        FALLBACK_URL: `http://127.0.0.1:${port}/v1/chat/completions`,
        FALLBACK_MODEL: 'm',
      }),
    )
})
afterAll(async () => {
  await Promise.all([...troopers.values()].map(({ process }) => process.stop()))
  await provider.stop()
  local.close()
})
beforeEach(() => provider.reset())

describe.each(clients)('$name', (definition) => {
  const usable = available(definition)
  if (usable !== true) return it.skip(`skipped: ${usable.skip}`)
  for (const api of definition.apis) describe(api, () => turnTests(definition, api))
})

const call = (name: string, input: string): object => ({
  tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: input } }],
})
const bern = '{"city":"Bern"}'

const turns: [what: string, said: object[]][] = [
  ['nothing but white space', [{ content: '\n\n' }]],
  ['half of a character', [{ content: 'Half of it: \uD83E' }, { content: ' and no more.' }]],
  ['white space before a call', [{ content: '\n\n' }, call('get_weather', bern)]],
  ['a call of a tool that nobody offered', [call('functions.get weather!', bern)]],
  ['a call without a name', [call('', bern)]],
]
/** Where arguments are an object: elsewhere they are a text, which apps have to read with care. */
const inputs: [what: string, said: object[]][] = [
  ['arguments that are a list', [call('get_weather', '["Bern"]')]],
  ['arguments that are nothing', [call('get_weather', 'null')]],
  ['arguments that are no JSON', [call('get_weather', '{"city": Bern}')]],
  ['the arguments of two calls in one', [call('get_weather', bern + bern)]],
]

function turnTests(definition: ClientDefinition, api: Api): void {
  let client: Client
  beforeAll(() => {
    client = new Client(definition)
  })
  afterAll(() => client.stop())

  describe.each(api === 'messages' ? [...turns, ...inputs] : turns)('%s', (what, said) => {
    it.each([true, false])('streams: %s', async (streams) => {
      deltas = said
      await provider.play({ mode: 'error-first', times: 1 }, { mode: 'ok', text: planted.cloudAnswer })
      const result = await client.call({
        op: 'loop',
        api,
        baseURL: baseURL(definition, troopers.get(api)?.url ?? '', api),
        apiKey: `${planted.clientKey}-${definition.name}-${what}-${streams}`.replaceAll(' ', '-'),
        model: api === 'messages' ? 'claude-sonnet-4-6' : 'gpt-4.1',
        messages: [],
        turns: [planted.prompt, planted.question],
        streams,
      })
      const last = (await provider.requests(endpoints[api])).at(-1)
      expect(last?.rejected).toBeUndefined()
      expect(result).toMatchObject({ ok: true, text: planted.cloudAnswer })
    })
  })
}

/** ON_SLOW=race in the running program: clients of Chat, Responses and Ollama, before a provider that announces its answer and waits. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text as textIn } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Heard } from '../conformance/demand.ts'
import { strictClients } from '../conformance/strict-clients.ts'
import { readOllama } from '../conformance/strict-ollama-client.ts'
import { createAnswer, type Answer, type Frame } from '../fakes/answer.ts'
import { chatStream } from '../fakes/provider-chat.ts'
import { responsesStream } from '../fakes/provider-responses.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { startOllama, type FakeOllama } from '../fakes/start.ts'
import { localModel, startTrooper, type RunningTrooper } from './trooper.ts'

const parameters = { type: 'object', properties: { of: { type: 'string' } } }
const lookUp = { name: 'look_up', description: 'Looks something up.' }
const chatTools = [{ type: 'function', function: { ...lookUp, parameters } }]
const echo = { instructions: null, previousResponseId: null, store: false, seal: () => 'sealed' }
const chatFrames = (answer: Answer): Generator<Frame> => chatStream(answer, false)

interface Client {
  /** Where it asks, and what the provider speaks. */
  path: string
  endpoint: string
  frames: (answer: Answer) => Iterable<Frame>
  body: (prompt: string) => object
  /** How many frames only announce an answer. */
  announced: number
  listen: (text: string) => Heard
}

const clients: Record<'openai-chat' | 'openai-responses' | 'ollama', Client> = {
  'openai-chat': {
    path: '/v1/chat/completions',
    endpoint: '/v1/chat/completions',
    frames: chatFrames,
    body: (content) => ({ messages: [{ role: 'user', content }], tools: chatTools }),
    announced: 1,
    listen: strictClients['openai-chat'],
  },
  'openai-responses': {
    path: '/v1/responses',
    endpoint: '/v1/responses',
    frames: (answer) => responsesStream(answer, echo),
    body: (input) => ({ input, tools: [{ type: 'function', ...lookUp, parameters }] }),
    announced: 2,
    listen: strictClients['openai-responses'],
  },
  ollama: {
    path: '/api/chat',
    endpoint: '/v1/chat/completions',
    frames: chatFrames,
    body: (content) => ({ messages: [{ role: 'user', content }], tools: chatTools }),
    announced: 1,
    listen: readOllama,
  },
}

/** One request that the provider got: its head and what announces an answer are sent. */
interface Late {
  body: string
  isLeft: boolean
  speak(): void
}

describe.each(['openai-chat', 'openai-responses', 'ollama'] as const)('a client of %s', (dialect) => {
  const { path, endpoint, frames, body, announced, listen } = clients[dialect]
  let provider: Server
  let ollama: FakeOllama
  let trooper: RunningTrooper
  let late: Late[] = []

  /** What announces it goes out at once; a whole answer, not even that. */
  const takeRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await textIn(request)
    const isStream = JSON.parse(asked).stream === true
    const content = { text: 'At last, the provider.', thinking: 'A hard one.' }
    const all = isStream ? [...frames(createAnswer(content, 'gpt-4.1', asked, late.length))] : []
    const wireOf = (some: Frame[]): string => some.map(({ wire }) => wire).join('')
    const call: Late = { body: asked, isLeft: false, speak: () => response.end(wireOf(all.slice(announced))) }
    late.push(call)
    response.on('close', () => (call.isLeft = !response.writableFinished))
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
    response.write(isStream ? wireOf(all.slice(0, announced)) : '\n')
  }

  beforeAll(async () => {
    provider = createServer((request, response) => void takeRequest(request, response)).listen(0, '127.0.0.1')
    await once(provider, 'listening')
    const address = provider.address()
    const port = typeof address === 'object' && address ? address.port : 0
    ollama = await startOllama()
    trooper = await startTrooper({
      PRIMARY_URL: `http://127.0.0.1:${port}${endpoint}`,
      PRIMARY_API_KEY: 'key',
      PRIMARY_AUTH_HEADER: 'Authorization',
      FALLBACK_URL: `${ollama.url}/api/chat`,
      FALLBACK_MODEL: localModel,
      ON_SLOW: 'race',
      FIRST_CONTENT_TIMEOUT: '0.2',
      WHOLE_ANSWER_TIMEOUT: '0.2',
      LOCAL_CONCURRENCY: '2',
    })
  })
  afterAll(async () => {
    await Promise.all([trooper.process.stop(), ollama.stop()])
    provider.closeAllConnections()
    provider.close()
  })
  beforeEach(async () => {
    late = []
    await ollama.reset()
  })

  const ask = (prompt: string, more: object = {}): Promise<Response> =>
    fetch(trooper.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
      body: JSON.stringify({ model: 'gpt-4.1', stream: true, ...body(prompt), ...more }),
    })
  const askedLocally = (words: string): Promise<unknown> =>
    ollama.journalWhen(({ requests }) =>
      requests.some(({ url, bodyText }) => url === '/api/chat' && bodyText.includes(words)),
    )
  const entriesOf = async (): Promise<Entry[]> => {
    const response = await fetch(`${trooper.url}/trooper/api/exchanges`)
    const told: { exchanges: Entry[] } = JSON.parse(await response.text())
    return told.exchanges
  }

  it('is answered by a local model that speaks first, with a call of its tool', async () => {
    await ollama.play({ mode: 'ok', text: 'I look.', toolCalls: [{ name: 'look_up', input: { of: 'marlin' } }] })
    const response = await ask('What is a marlin?')
    const heard = listen(await response.text())
    expect(heard.texts).toEqual(['I look.'])
    expect(heard.calls).toMatchObject([{ name: 'look_up', input: '{"of":"marlin"}' }])
    expect(response.headers.get('x-trooper-fallback')).toBe(localModel)
    await expect.poll(() => late.map(({ isLeft }) => isLeft)).toEqual([true])
  })

  it('is answered by a provider that thinks first, while the local model still reads', async () => {
    await ollama.play({ mode: 'hang' })
    const answer = ask('What is a marlin?')
    await askedLocally('marlin')
    late[0]?.speak()
    const heard = listen(await (await answer).text())
    expect(heard.texts).toEqual(['At last, the provider.'])
    if (dialect !== 'ollama') expect(heard.reasoning).toEqual(['A hard one.'])
    await ollama.journalWhen(({ requests }) => requests.some(({ outcome }) => outcome === 'client-gone'))
  })

  it('is answered by a local model where it asked for the answer whole', async () => {
    await ollama.play({ mode: 'ok', text: 'I am here.' })
    const response = await ask('What is a marlin?', { stream: false })
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.text()).toContain('I am here.')
    await expect.poll(() => late.map(({ isLeft }) => isLeft)).toEqual([true])
  })

  it('has its own answer when another one races at the same moment', async () => {
    await ollama.play({ mode: 'hang', about: 'marlin' }, { mode: 'ok', text: 'A bear.', about: 'bear' })
    const [fish, bear] = [ask('What is a marlin?'), ask('What is a bear?')]
    await Promise.all([askedLocally('marlin'), askedLocally('bear')])
    expect(listen(await (await bear).text()).texts).toEqual(['A bear.'])
    late.find((call) => call.body.includes('marlin'))?.speak()
    expect(listen(await (await fish).text()).texts).toEqual(['At last, the provider.'])
    await expect.poll(() => late.find((call) => call.body.includes('bear'))?.isLeft).toBe(true)
    const lost = { end: { is: 'lost' } }
    const answered = { end: { is: 'answered' } }
    const [one, other] = await entriesOf()
    expect([one?.attempts, other?.attempts]).toEqual(
      expect.arrayContaining([
        [expect.objectContaining(answered), expect.objectContaining(lost)],
        [expect.objectContaining(lost), expect.objectContaining(answered)],
      ]),
    )
  })
})

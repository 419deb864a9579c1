/** The settings of time reach the clocks they name: silent providers, and the real program with tiny settings. */
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startOllama, type FakeOllama } from '../fakes/start.ts'
import { messages } from '../clocks/frames.ts'
import { planted } from '../secrets.ts'
import { ask, dialects, localModel, startTrooper, textOf, type RunningTrooper } from './trooper.ts'

let ollama: FakeOllama
beforeAll(async () => {
  ollama = await startOllama()
})
afterAll(() => ollama.stop())

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await ollama.reset()
})

async function portOf(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** Counts its requests, and answers each as told. */
async function provider(answer: RequestListener): Promise<{ url: string; asked: () => number }> {
  let asked = 0
  const server = createHttpServer((request, response) => {
    asked += 1
    request.resume()
    answer(request, response)
  })
  return { url: `http://127.0.0.1:${await portOf(server)}/v1/messages`, asked: () => asked }
}

async function trooper(url: string, env: Record<string, string>): Promise<RunningTrooper> {
  const fallback = { FALLBACK_URL: `${ollama.url}/api/chat`, FALLBACK_MODEL: localModel }
  const running = await startTrooper({ PRIMARY_URL: url, ...fallback, ...env })
  closers.push(() => running.process.stop())
  return running
}

const stream = { 'content-type': 'text/event-stream' }

it('CONNECT_TIMEOUT ends a handshake that nobody answers', async () => {
  const port = await portOf(createTcpServer(() => {}))
  const { url } = await trooper(`https://127.0.0.1:${port}/v1/messages`, { CONNECT_TIMEOUT: '0.2' })
  await ollama.play({ mode: 'ok', text: planted.localAnswer })
  const response = await ask(url, 'anthropic', true)
  expect(response.headers.get('x-trooper-reason')).toBe('timeout')
  expect(textOf(await response.text())).toBe(planted.localAnswer)
})

it('HEAD_TIMEOUT ends a request that nobody answers', async () => {
  const { url, asked } = await provider(() => {})
  const running = await trooper(url, { HEAD_TIMEOUT: '0.2' })
  await ollama.play({ mode: 'ok', text: planted.localAnswer })
  const response = await ask(running.url, 'anthropic', true)
  expect(textOf(await response.text())).toBe(planted.localAnswer)
  expect(asked()).toBe(1)
})

it('WHOLE_ANSWER_TIMEOUT does the same for an answer that is not streamed', async () => {
  const { url, asked } = await provider(() => {})
  const running = await trooper(url, { WHOLE_ANSWER_TIMEOUT: '0.2' })
  await ollama.play({ mode: 'ok', text: planted.localAnswer })
  const response = await ask(running.url, 'anthropic', false)
  expect(textOf(await response.text())).toBe(planted.localAnswer)
  expect(asked()).toBe(1)
})

it('FIRST_CONTENT_TIMEOUT ends a stream that only announces itself', async () => {
  const { url, asked } = await provider((_request, response) => {
    response.writeHead(200, stream)
    response.write(messages.start + messages.ping)
  })
  const running = await trooper(url, { FIRST_CONTENT_TIMEOUT: '0.2' })
  await ollama.play({ mode: 'ok', text: planted.localAnswer })
  const response = await ask(running.url, 'anthropic', true)
  expect(textOf(await response.text())).toBe(planted.localAnswer)
  expect(asked()).toBe(1)
})

it('STALL_TIMEOUT lets the local model go on with an answer', async () => {
  const { url, asked } = await provider((_request, response) => {
    response.writeHead(200, stream)
    response.write(messages.start + messages.textStart() + messages.text('The quick brown'))
  })
  const running = await trooper(url, { STALL_TIMEOUT: '0.2' })
  await ollama.play({ mode: 'ok', text: ' fox jumps.' })
  const response = await ask(running.url, 'anthropic', true)
  expect(textOf(await response.text())).toBe('The quick brown fox jumps.')
  expect(asked()).toBe(1)
})

it('THINKING_TIMEOUT takes the place of a shorter clock, and LOCAL_TIMEOUT holds for the local model', async () => {
  const { url } = await provider(() => {})
  const running = await trooper(url, { HEAD_TIMEOUT: '0.1', THINKING_TIMEOUT: '0.2', LOCAL_TIMEOUT: '0.3' })
  await ollama.play({ mode: 'hang' })
  const response = await fetch(`${running.url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'claude-sonnet-4-6',
      max_tokens: 10,
      thinking: { type: 'adaptive' },
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
    }),
  })
  expect(response.status).toBe(502)
  expect(await response.text()).toContain('timed out: head')
})

it('ON_SLOW=race asks the next target and leaves the slow one its chance', async () => {
  let speak = (): void => {}
  const { url } = await provider((_request, response) => {
    response.writeHead(200, stream)
    response.write(messages.start)
    speak = () => response.end(messages.textStart() + messages.text('At last.') + messages.stop() + messages.end)
  })
  const running = await trooper(url, { FIRST_CONTENT_TIMEOUT: '0.2', ON_SLOW: 'race' })
  await ollama.play({ mode: 'hang' })
  const answer = ask(running.url, 'anthropic', true)
  await ollama.journalWhen(({ requests }) => requests.some(({ url: path }) => path === '/api/chat'))
  speak()
  expect(textOf(await (await answer).text())).toBe('At last.')
  const { requests } = await ollama.journalWhen((journal) =>
    journal.requests.some(({ outcome }) => outcome === 'client-gone'),
  )
  expect(requests.at(-1)?.outcome).toBe('client-gone')
})

it('ON_SLOW=race leaves the one that is late when the next target has spoken, and says whose the answer is', async () => {
  let isLeft = false
  const { url, asked } = await provider((_request, response) => {
    response.writeHead(200, stream)
    response.write(messages.start + messages.ping)
    response.on('close', () => (isLeft = true))
  })
  const running = await trooper(url, { FIRST_CONTENT_TIMEOUT: '0.2', ON_SLOW: 'race' })
  await ollama.play({ mode: 'ok', text: planted.localAnswer })
  const response = await ask(running.url, 'anthropic', true)
  const text = await response.text()
  expect(textOf(text)).toBe(planted.localAnswer)
  expect(text.split('"type":"message_start"')).toHaveLength(2)
  await expect.poll(() => isLeft).toBe(true)
  expect(asked()).toBe(1)
})

it('ON_SLOW=race tells the app of a late provider that breaks off where the answer may not be continued', async () => {
  let speak = (): void => {}
  const { url } = await provider((_request, response) => {
    response.writeHead(200, stream)
    response.write(messages.start)
    speak = () => {
      response.write(messages.textStart() + messages.text('At last'), () => response.destroy())
    }
  })
  const running = await trooper(url, { FIRST_CONTENT_TIMEOUT: '0.2', ON_SLOW: 'race', SEAM: 'off' })
  await ollama.play({ mode: 'hang' })
  const answer = ask(running.url, 'anthropic', true)
  await ollama.journalWhen(({ requests }) => requests.some(({ url: path }) => path === '/api/chat'))
  speak()
  const text = await (await answer).text()
  expect(textOf(text)).toBe('At last')
  expect(text).toMatch(/event: error\ndata: .*"type":"error".*\n\n$/)
  await ollama.journalWhen(({ requests }) => requests.some(({ outcome }) => outcome === 'client-gone'))
})

it('ON_SLOW=race leaves a model that thinks the time that thoughts take: who asks for none later is raced first', async () => {
  const speakers: (() => void)[] = []
  const { url, asked } = await provider((_request, response) => {
    response.writeHead(200, stream)
    response.write(messages.start)
    speakers.push(() => response.end(messages.textStart() + messages.text('Thought.') + messages.stop() + messages.end))
  })
  const running = await trooper(url, { FIRST_CONTENT_TIMEOUT: '0.2', ON_SLOW: 'race' })
  await ollama.play({ mode: 'ok', text: planted.localAnswer })
  const { endpoint, headers, body } = dialects.anthropic
  const thinking = {
    ...body('Think of it.', true),
    thinking: { type: 'enabled', budget_tokens: 1024 },
    max_tokens: 4000,
  }
  const thoughtful = fetch(running.url + endpoint, { method: 'POST', headers, body: JSON.stringify(thinking) })
  await expect.poll(asked).toBe(1)

  expect(textOf(await (await ask(running.url, 'anthropic', true)).text())).toBe(planted.localAnswer)
  expect(await ollama.requests('/api/chat')).toHaveLength(1)
  speakers[0]?.()
  expect(textOf(await (await thoughtful).text())).toBe('Thought.')
  expect(await ollama.requests('/api/chat')).toHaveLength(1)
})

it('EXCHANGE_MAX ends everything, with a timeout in the words of the app', async () => {
  const { url } = await provider(() => {})
  const running = await trooper(url, { EXCHANGE_MAX: '0.2' })
  const response = await ask(running.url, 'anthropic', false)
  expect(response.status).toBe(504)
  expect(await response.json()).toMatchObject({ type: 'error', error: { message: expect.any(String) } })
  expect(await ollama.requests('/api/chat')).toHaveLength(0)
})

/** A provider that compresses its answers with zstd, which nobody asked for, before a Trooper on a Node that reads it. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { messages } from '../clocks/frames.ts'
import { startOllama, type FakeOllama } from '../fakes/start.ts'
import { dialects, localModel, textOf, type RunningTrooper } from './trooper.ts'
import { describeWithZstd, startTrooperWithZstd, zstd } from './with-zstd.ts'

interface Said {
  status?: number
  type: string
  body: Buffer
}

const json = 'application/json'
const stream = 'text/event-stream'
const words = messages.textStart() + messages.text('From the cloud.')
const streamed = Buffer.from(messages.start + words + messages.stop() + messages.end)
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', stop_reason: 'end_turn' }
const usage = { input_tokens: 1, output_tokens: 4 }
const whole = Buffer.from(JSON.stringify({ ...message, content: [{ type: 'text', text: 'From the cloud.' }], usage }))
const spent = 'Your credit balance is too low to access the Anthropic API.'
const refusal = Buffer.from(JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: spent } }))
const overloaded = Buffer.from('event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n')

const long = { ...message, content: [{ type: 'text', text: 'From the cloud. '.repeat(5000) }] }
/** In two frames, as of a compressor that is flushed, of which the first one ends like a whole answer. */
const inFrames = [JSON.stringify(long).slice(0, -2), `],"usage":${JSON.stringify(usage)}}`].map((text) =>
  Buffer.from(text),
)
const twoFrames = Buffer.concat(inFrames.map(zstd))

describeWithZstd('an answer in zstd', (node) => {
  let says: Said
  let customers = 0
  let provider: Server
  let ollama: FakeOllama
  let trooper: RunningTrooper

  beforeAll(async () => {
    provider = createServer((request, response) => {
      request.resume()
      response.writeHead(says.status ?? 200, { 'content-type': says.type, 'content-encoding': 'zstd' })
      response.end(says.body)
    }).listen(0, '127.0.0.1')
    await once(provider, 'listening')
    ollama = await startOllama()
    const address = provider.address()
    const port = typeof address === 'object' && address ? address.port : 0
    trooper = await startTrooperWithZstd(node, {
      PRIMARY_URL: `http://127.0.0.1:${port}/v1/messages`,
      FALLBACK_URL: `${ollama.url}/api/chat`,
      FALLBACK_MODEL: localModel,
    })
  })
  afterAll(async () => {
    await trooper.process.stop()
    await ollama.stop()
    provider.close()
    provider.closeAllConnections()
  })

  /** As a customer of its own: what one is refused is kept from no other. */
  async function ask(said: Said): Promise<{ text: string; response: Response }> {
    says = said
    customers += 1
    const { endpoint, headers, body } = dialects.anthropic
    const response = await fetch(trooper.url + endpoint, {
      method: 'POST',
      headers: { ...headers, 'x-api-key': `customer-${customers}` },
      body: JSON.stringify(body('hi', said.type === stream)),
    })
    return { text: await response.text(), response }
  }

  it.each([
    ['a stream', { type: stream, body: zstd(streamed) }, streamed],
    ['a whole one', { type: json, body: zstd(whole) }, whole],
    ['one in two frames', { type: json, body: twoFrames }, Buffer.concat(inFrames)],
  ])('is read on its way, and reaches the client as it was meant: %s', async (_what, said, meant) => {
    const { text, response } = await ask(said)
    expect(text).toBe(meant.toString())
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(response.headers.get('x-trooper-fallback')).toBeNull()
  })

  it.each<[string, Said]>([
    ['a refusal', { status: 400, type: json, body: zstd(refusal) }],
    ['an error in a stream', { type: stream, body: zstd(overloaded) }],
    ['half a whole one', { type: json, body: zstd(whole).subarray(0, -20) }],
    ['half a frame behind a whole one', { type: json, body: twoFrames.subarray(0, -20) }],
    ['the announcement of a stream', { type: stream, body: zstd(Buffer.from(messages.start)) }],
  ])('is understood where it is none, and the local model answers: %s', async (_what, said) => {
    const { text, response } = await ask(said)
    expect(response.headers.get('x-trooper-fallback')).toBe(localModel)
    expect(textOf(text)).toContain('local model')
  })
})

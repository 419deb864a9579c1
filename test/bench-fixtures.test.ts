/** The benchmark's canned bytes are what real clients and providers write; otherwise its figures would mean nothing. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { createParser } from 'eventsource-parser'
import { expect, it } from 'vitest'
import {
  largeAnswer,
  largeAnswerOnWire,
  largeRequest,
  ollamaLines,
  requestOnWire,
  shortAnswer,
  shortAnswerOnWire,
  shortRequest,
  streamChunksOnWire,
  streamEndOnWire,
  streamFrames,
  streamHeadOnWire,
  streamRequest,
} from '../bench/fixtures.mjs'
import { clientDialects, targetDialects } from '../src/dialects/registry.ts'
import type { StreamEvent } from '../src/ir/events.ts'
import { parseJson } from '../src/ir/json.ts'

it.each([
  ['short', shortRequest, 700, 900, false],
  ['streamed', streamRequest, 700, 900, true],
  ['large', largeRequest, 1_000_000, 2_000_000, false],
])('asks a Messages request of the stated size: %s', (_name, bytes, atLeast, atMost, stream) => {
  expect(bytes.length).toBeGreaterThan(atLeast)
  expect(bytes.length).toBeLessThan(atMost)
  const decoded = clientDialects.anthropic.decodeRequest(parseJson(bytes.toString()))
  expect(decoded.messages.length).toBeGreaterThan(0)
  expect(decoded.stream).toBe(stream)
})

it.each([
  ['short', shortAnswer, 400, 600],
  ['large', largeAnswer, 1024 * 1024, 1_100_000],
])('answers a whole message of the stated size: %s', (_name, bytes, atLeast, atMost) => {
  expect(bytes.length).toBeGreaterThan(atLeast)
  expect(bytes.length).toBeLessThan(atMost)
  expect(parseJson(bytes.toString())).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
})

it('streams 200 frames in the order of the Messages grammar, deltas of 176 bytes', () => {
  const types: string[] = []
  const parser = createParser({
    onEvent: ({ event = '', data }) => {
      types.push(event)
      expect(parseJson(data)).toMatchObject({ type: event })
    },
  })
  for (const frame of streamFrames) parser.feed(frame.toString())
  expect(types).toEqual([
    'message_start',
    'content_block_start',
    ...Array<string>(195).fill('content_block_delta'),
    'content_block_stop',
    'message_delta',
    'message_stop',
  ])
  expect(new Set(streamFrames.slice(2, -3).map((frame) => frame.length))).toEqual(new Set([176]))
})

it('streams an Ollama answer of one line a chunk that decodes to a whole answer', () => {
  const events: StreamEvent['type'][] = []
  const decoder = targetDialects.ollama.createDecoder(({ type }) => events.push(type), 0)
  for (const line of ollamaLines) decoder.frame({ data: line.toString() })
  decoder.end()
  expect(events).toEqual(['start', 'text-start', ...Array<string>(199).fill('text-delta'), 'text-end', 'finish'])
})

it.each([
  ['short', [shortAnswerOnWire], shortAnswer],
  ['large', [largeAnswerOnWire], largeAnswer],
  ['streamed', [streamHeadOnWire, ...streamChunksOnWire, streamEndOnWire], Buffer.concat(streamFrames)],
])('answers in valid HTTP/1.1: %s', async (_name, onWire, body) => {
  const server = createTcpServer((socket) => socket.once('data', () => socket.end(Buffer.concat(onWire))))
  const call = request({ port: await listen(server), host: '127.0.0.1', agent: false }).end()
  const [answer] = await once(call, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  server.close()
  expect(Buffer.concat(chunks).equals(body)).toBe(true)
})

it('asks in valid HTTP/1.1', async () => {
  const server = createServer()
  const port = await listen(server)
  const socket = connect(port, '127.0.0.1').end(requestOnWire(port, '/v1/messages', shortRequest))
  const [asked] = await once(server, 'request')
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk)
  socket.destroy()
  server.close()
  expect(Buffer.concat(chunks).equals(shortRequest)).toBe(true)
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return address.port
}

/** The benchmark's canned bytes are what real clients and providers write; otherwise its figures would mean nothing. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { createParser } from 'eventsource-parser'
import { describe, expect, it } from 'vitest'
import {
  answers,
  callInput,
  checkedSchema,
  checkedText,
  ollamaCallInput,
  pieces,
  shortAnswers,
  spokenText,
} from '../bench/answers.mjs'
import { conversations } from '../bench/conversation.mjs'
import {
  largeAnswer,
  largeAnswerOnWire,
  largeRequest,
  requestOnWire,
  shortAnswer,
  shortAnswerOnWire,
  shortRequest,
  briefFrames,
  briefStreamOnWire,
  streamChunksOnWire,
  streamEndOnWire,
  streamFrames,
  streamHeadOnWire,
  streamRequest,
} from '../bench/fixtures.mjs'
import { checkOutput } from '../src/context/check-output.ts'
import { clientDialects, targetDialects } from '../src/dialects/registry.ts'
import type { AnswerPart } from '../src/ir/answer.ts'
import type { StreamEvent } from '../src/ir/events.ts'
import { parseJson } from '../src/ir/json.ts'
import type { DialectName, Message } from '../src/ir/request.ts'
import { createCollector } from '../src/ir/response.ts'
import { createNdjsonDecoder } from '../src/wire/ndjson.ts'
import { createSseDecoder } from '../src/wire/sse.ts'
import { hear } from './spoken.ts'

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

/** What a target's chunks say, each of them fed by itself. */
function eventsOf(dialect: DialectName, chunks: readonly Buffer[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const decoder = targetDialects[dialect].createDecoder((event) => events.push(event), 0)
  const take = decoder.frame.bind(decoder)
  const frames = targetDialects[dialect].framing === 'sse' ? createSseDecoder(take) : createNdjsonDecoder(take)
  for (const chunk of chunks) frames.feed(chunk)
  frames.end()
  decoder.end()
  return events
}

function partsOf(events: readonly StreamEvent[]): AnswerPart[] {
  let parts: AnswerPart[] = []
  const collect = createCollector((collected) => (parts = collected.ok ? collected.response.content : []))
  for (const event of events) collect(event)
  return parts
}

const dialects: DialectName[] = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']

describe.each(dialects)('the streamed answers of %s', (dialect) => {
  it.each([
    ['text', { type: 'text', text: pieces.join('') }],
    ['heard', { type: 'text', text: pieces.join('') }],
    ['spoken', { type: 'text', text: spokenText }],
    ['reasoning', { type: 'reasoning', text: pieces.join('') }],
    ['checked', { type: 'text', text: checkedText }],
    ['call', { type: 'tool-call', name: 'write_file', input: dialect === 'ollama' ? ollamaCallInput : callInput }],
  ] as const)('are whole, a delta a chunk: %s', (kind, part) => {
    const events = eventsOf(dialect, answers[dialect][kind])
    const parts = partsOf(events)
    expect(events.at(-1)).toMatchObject({ type: 'finish' })
    expect(parts[0]).toMatchObject(part)
    // Ollama writes a call whole, so there are as many of them.
    expect(parts.length).toBe(dialect === 'ollama' && kind === 'call' ? pieces.length : 1)
    const deltas = events.filter(({ type }) => type.endsWith('-delta'))
    expect(deltas.length).toBeGreaterThan(170)
    expect(answers[dialect][kind].length - deltas.length).toBeLessThan(8)
  })

  it('can be short', () => {
    expect(partsOf(eventsOf(dialect, shortAnswers[dialect]))).toMatchObject([{ type: 'text', text: 'Done.' }])
  })
})

it('streams a call in text that is one', () => {
  const schema = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }
  const tools = [{ type: 'function' as const, name: 'write_file', inputSchema: schema }]
  expect(hear([spokenText], { tools }).heard).toEqual([{ name: 'write_file', input: callInput }])
})

it('streams JSON that holds where it is checked', () => {
  expect(checkOutput({ type: 'json', schema: checkedSchema }, checkedText)).toEqual({
    ok: true,
    text: checkedText,
  })
})

describe.each(dialects)('the conversation as a client of %s sends it', (dialect) => {
  const body = conversations[dialect]
  const { messages, tools, stream } = clientDialects[dialect].decodeRequest(parseJson(body.toString()))
  const parts = messages.flatMap(({ content }): Message['content'][number][] => content)

  it('has 150 KB, 20 tools and 120 messages, and asks for a stream', () => {
    expect(Math.abs(body.length - 150_000)).toBeLessThan(7500)
    expect(tools.filter(({ type }) => type === 'function')).toHaveLength(20)
    expect(messages.filter(({ role }) => role !== 'system')).toHaveLength(120)
    expect(messages.filter(({ role }) => role === 'system')).toHaveLength(1)
    expect(stream).toBe(true)
  })

  it('has calls, a result for each, an image, and a tool whose name OpenAI refuses', () => {
    const ids = parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
    const answered = parts.flatMap((part) => (part.type === 'tool-result' ? [part.callId] : []))
    expect(new Set(ids).size).toBe(59)
    expect(answered).toEqual(ids)
    expect(parts.filter(({ type }) => type === 'file')).toHaveLength(1)
    expect(parts.filter(({ type }) => type === 'opaque')).toEqual([])
    expect(tools.some((tool) => tool.type === 'function' && tool.name.length > 64)).toBe(true)
  })
})

it.each([
  ['short', [shortAnswerOnWire], shortAnswer],
  ['large', [largeAnswerOnWire], largeAnswer],
  ['streamed', [streamHeadOnWire, ...streamChunksOnWire, streamEndOnWire], Buffer.concat(streamFrames)],
  ['streamed at once', [briefStreamOnWire], Buffer.concat(briefFrames)],
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

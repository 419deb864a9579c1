// The canned bytes of the benchmark: what the client asks, what the provider answers. Built once, never random, and held
// against the wire grammar by test/bench-fixtures.test.ts.
import { code, jsonBytes, text, words } from './words.mjs'

/** Headers of a Messages call as the Anthropic SDK sends them, without those that belong to the connection. */
export const requestHeaders = [
  ['accept', 'application/json'],
  ['accept-encoding', 'gzip, deflate'],
  ['anthropic-version', '2023-06-01'],
  ['content-type', 'application/json'],
  ['user-agent', 'Anthropic/JS 0.128.0'],
  ['x-api-key', 'sk-ant-bench-0000000000000000000000000000'],
  ['x-stainless-arch', 'x64'],
  ['x-stainless-lang', 'js'],
  ['x-stainless-os', 'Linux'],
  ['x-stainless-package-version', '0.128.0'],
  ['x-stainless-retry-count', '0'],
  ['x-stainless-runtime', 'node'],
  ['x-stainless-runtime-version', 'v20.20.2'],
  ['x-stainless-timeout', '600'],
]

/** Headers of an answer, about as many as the provider sends. */
const answerHeaders = [
  ['date', 'Sun, 22 Nov 2026 12:00:00 GMT'],
  ['connection', 'keep-alive'],
  ['request-id', 'req_011CSHoEeqs5C35K2UUqR7Fy'],
  ['anthropic-organization-id', '00000000-0000-4000-8000-000000000000'],
  ['anthropic-ratelimit-requests-limit', '4000'],
  ['anthropic-ratelimit-requests-remaining', '3999'],
  ['anthropic-ratelimit-requests-reset', '2026-11-22T12:00:01Z'],
  ['anthropic-ratelimit-tokens-limit', '400000'],
  ['anthropic-ratelimit-tokens-remaining', '399000'],
  ['anthropic-ratelimit-tokens-reset', '2026-11-22T12:00:01Z'],
]

const tools = [
  {
    name: 'read_file',
    description: 'Reads a file of the project.',
    input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
]

/** ~0.8 KB, as a short question with a tool. */
export const shortRequest = jsonBytes({
  model: 'claude-sonnet-4-5',
  max_tokens: 1024,
  system: text(240),
  messages: [{ role: 'user', content: text(240) }],
  tools,
})

export const streamRequest = jsonBytes({ ...JSON.parse(shortRequest), stream: true })

/** ~1.2 MB, as a coding agent's long conversation: many turns, each with a file of code. Agents stream; this one's answer is whole. */
export const largeRequest = jsonBytes({
  model: 'claude-sonnet-4-5',
  max_tokens: 1024,
  system: text(4000),
  messages: Array.from({ length: 100 }, (_, turn) => turnPair(turn)).flat(),
  tools,
  stream: false,
})

/** ~520 bytes. */
export const shortAnswer = jsonBytes(message(text(256)))

/** ~1 MB in one text: larger than any model's answer, so that bytes count and requests do not. */
export const largeAnswer = jsonBytes(message(text(1024 * 1024)))

const deltaBytes = 176
const frameCount = 200

/** A streamed answer of 200 frames, each of which travels as one chunk. */
export const streamFrames = [
  frame('message_start', { message: { ...message(''), content: [], stop_reason: null } }),
  frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...Array.from({ length: frameCount - 5 }, (_, at) => delta(at)),
  frame('content_block_stop', { index: 0 }),
  frame('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 195 },
  }),
  frame('message_stop', {}),
]

export const shortAnswerOnWire = answerOnWire(shortAnswer)
export const largeAnswerOnWire = answerOnWire(largeAnswer)

export const streamHeadOnWire = head([
  ['content-type', 'text/event-stream; charset=utf-8'],
  ['cache-control', 'no-cache'],
  ['transfer-encoding', 'chunked'],
])
export const streamChunksOnWire = streamFrames.map((bytes) => chunk(bytes))
/** So many of them begin a stream that then says nothing. */
export const begunFrames = 3
export const streamEndOnWire = Buffer.from('0\r\n\r\n')

/** A whole stream of few words. */
export const briefFrames = [...streamFrames.slice(0, 4), ...streamFrames.slice(-3)]
export const briefStreamOnWire = Buffer.concat([
  streamHeadOnWire,
  ...briefFrames.map((bytes) => chunk(bytes)),
  streamEndOnWire,
])

/** A whole request as bytes of HTTP/1.1. */
export function requestOnWire(port, path, body) {
  const lines = [
    ['host', `127.0.0.1:${port}`],
    ['connection', 'keep-alive'],
    ...requestHeaders,
    ['content-length', body.length],
  ]
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${headerLines(lines)}\r\n`), body])
}

function answerOnWire(body) {
  return Buffer.concat([
    head([
      ['content-type', 'application/json'],
      ['content-length', body.length],
    ]),
    body,
  ])
}

function head(headers) {
  return Buffer.from(`HTTP/1.1 200 OK\r\n${headerLines([...headers, ...answerHeaders])}\r\n`)
}

function headerLines(headers) {
  return headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
}

function chunk(bytes) {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

function message(said) {
  return {
    id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: said }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 180, output_tokens: 60 },
  }
}

function turnPair(turn) {
  const id = `toolu_${String(turn).padStart(24, '0')}`
  const input = { path: `src/part-${turn}.ts` }
  return [
    {
      role: 'assistant',
      content: [
        { type: 'text', text: text(200) },
        { type: 'tool_use', id, name: 'read_file', input },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: code(turn, 125) }] },
  ]
}

/** A delta frame of exactly 176 bytes, each with other words. */
function delta(at) {
  const fields = (said) => frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text: said } })
  const room = deltaBytes - fields('').length
  const from = (at * 7) % words.length
  return fields((words + words).slice(from, from + room))
}

function frame(type, fields) {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`)
}

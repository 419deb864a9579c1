// How long a proxy needs from its provider's failure to the next target: the provider, the local model and the app in one process, so
// that one clock times them all. One exchange at a time, each of another customer, for whom no target is known to be down.
// First line on stdout: the ports. Then for a line of JSON on stdin {port, refusedPort, rounds, kinds}: kind of failure -> microseconds, one a round.
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { Agent, request } from 'undici'
import { median } from './figures.mjs'
import { requestHeaders, shortRequest, streamChunksOnWire, streamHeadOnWire, streamRequest } from './fixtures.mjs'

/** A word a line, as models write; those before the cut the provider has said too. */
const said = 'The same request is answered by a local model, in the same words and under the same ids.'
const words = said.match(/\S+\s*/g)

const errorFrame = onWire('error', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })
const cutFrames = [streamChunksOnWire[0], streamChunksOnWire[1], ...words.slice(0, 8).map(wordOnWire)]

/** What the provider does, by the kind of its failure. */
const failures = {
  429: (socket) => socket.write(refusal('429 Too Many Requests', 'rate_limit_error', ['retry-after: 1'])),
  529: (socket) => socket.write(refusal('529 Overloaded', 'overloaded_error', [])),
  reset: (socket) => socket.resetAndDestroy(),
  'error-first': (socket) => socket.write(Buffer.concat([streamHeadOnWire, errorFrame])),
  'error-later': (socket) => socket.write(errorFrame),
  cut: (socket) => socket.destroy(),
}
const allKinds = ['refused', ...Object.keys(failures)]
/** Of streams whose beginning the app has. */
const inTheMiddle = new Set(['error-later', 'cut'])
const streams = new Set(['error-first', ...inTheMiddle])

/** The exchange under way. */
let current = { kind: '', begunAt: 0, arrivedAt: 0, failedAt: 0, askedAt: 0, goOn: () => {} }

function onWire(event, data) {
  const bytes = Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

function wordOnWire(text) {
  return onWire('content_block_delta', { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
}

function refusal(status, type, headers) {
  const body = JSON.stringify({ type: 'error', error: { type, message: 'Not now.' } })
  const lines = [`HTTP/1.1 ${status}`, 'content-type: application/json', `content-length: ${body.length}`, ...headers]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** The time is taken before the call that fails: the figure is too large rather than too small. */
function fail(socket) {
  current.failedAt = nowMicros()
  failures[current.kind](socket)
}

function answer(socket) {
  current.arrivedAt = nowMicros()
  if (!inTheMiddle.has(current.kind)) return fail(socket)
  current.goOn = () => fail(socket)
  socket.write(Buffer.concat([streamHeadOnWire, ...cutFrames]))
}

const provider = createServer({ noDelay: true }, (socket) => {
  let missing = 0
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    if (missing === 0) missing = lengthOf(bytes)
    missing -= bytes.length
    if (missing === 0) answer(socket)
  })
})

/** Of head and body; a head of less than a kilobyte comes in one piece. */
function lengthOf(bytes) {
  const text = bytes.latin1Slice()
  return text.indexOf('\r\n\r\n') + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(text)[1])
}

const model = { name: 'qwen2.5:3b', model: 'qwen2.5:3b', size: 1_900_000_000, context_length: 4096 }
const facts = {
  '/api/version': { version: '0.33.0' },
  '/api/tags': { models: [model] },
  '/api/ps': { models: [model] },
  '/api/show': {
    capabilities: ['completion', 'tools'],
    model_info: { 'general.architecture': 'qwen2', 'qwen2.context_length': 32_768 },
  },
}

const local = createHttpServer((asked, told) => {
  const isConversation = asked.url === '/api/chat'
  // The head of the request, which comes in one piece with its first byte.
  if (isConversation) current.askedAt = nowMicros()
  asked.resume().on('end', () => {
    if (!isConversation) return told.end(JSON.stringify(facts[asked.url] ?? {}))
    told.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const content of words) told.write(line({ message: { role: 'assistant', content }, done: false }))
    const end = { done: true, done_reason: 'stop', prompt_eval_count: 9, eval_count: words.length }
    told.end(line({ message: { role: 'assistant', content: '' }, ...end }))
  })
})

function line(fields) {
  return `${JSON.stringify({ model: model.name, created_at: '2026-11-22T12:00:00Z', ...fields })}\n`
}

const agent = new Agent()
let customers = 0

/** One exchange, with its times. */
async function measure(kind, { port, refusedPort }) {
  customers += 1
  current = { kind, begunAt: 0, arrivedAt: 0, failedAt: 0, askedAt: 0, goOn: () => {} }
  const isStream = streams.has(kind)
  const headers = requestHeaders.flat().map((value) => (value.startsWith('sk-') ? `sk-bench-${customers}` : value))
  const url = `http://127.0.0.1:${kind === 'refused' ? refusedPort : port}/v1/messages`
  current.begunAt = nowMicros()
  const body = isStream ? streamRequest : shortRequest
  const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent })
  check(kind, answer.statusCode, isStream ? await readStream(answer.body) : await readWhole(answer.body))
  return current
}

/** Nobody sees a connection refused but the proxy: there it is all the time since the app asked, less what a request needs to the provider. */
function microsOf(kind, exchanges, wayMicros) {
  if (kind === 'refused') return exchanges.map(({ begunAt, askedAt }) => askedAt - begunAt - wayMicros)
  return exchanges.map(({ failedAt, askedAt }) => askedAt - failedAt)
}

function nowMicros() {
  return Number(process.hrtime.bigint()) / 1000
}

async function readStream(body) {
  let text = ''
  for await (const piece of body) {
    text += piece.toString()
    if (!text.includes(words[7].trim())) continue
    current.goOn()
    current.goOn = () => {}
  }
  const deltas = text.matchAll(/"text_delta","text":"([^"]*)"/g)
  return text.includes('message_stop') ? [...deltas].map(([, piece]) => piece).join('') : ''
}

async function readWhole(body) {
  return (await body.json()).content[0].text
}

function check(kind, status, text) {
  if (status !== 200 || text !== said || current.askedAt === 0)
    throw new Error(`After ${kind} the answer is no answer: ${status} ${JSON.stringify(text)}`)
}

/** All kinds in turn: a noisy minute meets every one of them. */
async function run({ kinds = allKinds, ...job }) {
  const taken = Object.fromEntries(kinds.map((kind) => [kind, []]))
  for (let round = 0; round < job.rounds; round += 1)
    for (const kind of kinds) taken[kind].push(await measure(kind, job))
  const ways = Object.values(taken)
    .flat()
    .filter(({ kind }) => kind !== 'refused')
  const wayMicros = median(ways.map(({ begunAt, arrivedAt }) => arrivedAt - begunAt))
  return Object.fromEntries(kinds.map((kind) => [kind, microsOf(kind, taken[kind], wayMicros)]))
}

const listening = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
process.stdout.write(
  `${JSON.stringify({ providerPort: await listening(provider), localPort: await listening(local) })}\n`,
)
for await (const job of createInterface({ input: process.stdin })) {
  const result = await run(JSON.parse(job)).catch((error) => ({ problem: error.message }))
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
process.exit(0)

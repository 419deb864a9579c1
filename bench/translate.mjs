// What translation costs, in CPU time of this process: every pair of a target's and a client's dialect, through the exchange as
// the product runs it, without sockets. Prints one line of JSON with the samples, one a round.
//   chunks:   of a streamed answer, from its bytes to the bytes that the client gets; µs a chunk
//   requests: of 150 KB, from the client's bytes to the target's, with an answer of one word and what is kept of it; ms a request
// The floors are what any program does that reads and writes the same JSON.
import { answers, checkedSchema, kinds, shortAnswers, toolName } from './answers.mjs'
import { conversations } from './conversation.mjs'
import { answersAtOnce, Pair } from './in-process.mjs'
import { jsonBytes } from './words.mjs'

const [rounds = '9'] = process.argv.slice(2)
/** Until the compilers have seen everything. */
const warmUps = 2
const requestsASample = 20

const dialects = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']

const prompt = [{ role: 'user', content: 'Go on.' }]

/** A small request of each dialect, whose client wants to see reasoning: encoders ask it what the client wants. */
const requests = {
  anthropic: {
    model: 'm',
    max_tokens: 4096,
    stream: true,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: prompt,
  },
  'openai-chat': { model: 'm', stream: true, stream_options: { include_usage: true }, messages: prompt },
  'openai-responses': { model: 'm', stream: true, reasoning: { effort: 'low', summary: 'auto' }, input: prompt },
  ollama: { model: 'm', think: true, messages: prompt },
}

const parameters = {
  type: 'object',
  properties: { path: { type: 'string' }, content: { type: 'string' } },
  required: ['path', 'content'],
}
const plainTool = { type: 'function', function: { name: toolName, parameters } }

/** A tool that the model may call, as each of them offers it. */
const tools = {
  anthropic: [{ name: toolName, input_schema: parameters }],
  'openai-chat': [plainTool],
  'openai-responses': [{ type: 'function', name: toolName, parameters }],
  ollama: [plainTool],
}

const named = { name: 'answer', schema: checkedSchema, strict: true }

/** How each of them asks for an answer that fits a schema. */
const formats = {
  anthropic: { output_config: { format: { type: 'json_schema', schema: checkedSchema } } },
  'openai-chat': { response_format: { type: 'json_schema', json_schema: named } },
  'openai-responses': { text: { format: { type: 'json_schema', ...named } } },
  ollama: { format: checkedSchema },
}

const chunkMeasures = dialects.flatMap((target) => kinds.flatMap((kind) => chunkMeasuresOf(target, kind)))
const requestMeasures = dialects.flatMap(requestMeasuresOf)

const results = { chunks: await measure(chunkMeasures), requests: await measure(requestMeasures) }
process.stdout.write(`${JSON.stringify(results)}\n`)

/** The floor first, then each client's dialect. */
function chunkMeasuresOf(target, kind) {
  const chunks = answers[target][kind]
  const texts = chunks.map((chunk) => jsonOf(chunk.toString())).filter((text) => text !== '[DONE]')
  const floor = { target, kind, sample: () => sampleChunkFloor(texts, chunks.length) }
  const pairs = dialects.map((client) => {
    const offered = (kind === 'heard' || kind === 'spoken') && { tools: tools[client] }
    const body = jsonBytes({ ...requests[client], ...offered, ...(kind === 'checked' && formats[client]) })
    const pair = new Pair(client, target, body)
    return { target, kind, client, sample: () => sampleChunks(pair, chunks) }
  })
  return [floor, ...pairs]
}

function jsonOf(frame) {
  return frame.slice(frame.startsWith('{') ? 0 : frame.indexOf('data: ') + 6).trim()
}

function requestMeasuresOf(client) {
  const body = conversations[client]
  const floor = { client, sample: () => sampleRequestFloor(body) }
  const pairs = dialects.map((target) => {
    const pair = new Pair(client, target, body)
    return { client, target, sample: () => sampleRequests(pair, shortAnswers[target]) }
  })
  return [floor, ...pairs]
}

/** All measures, then all once more: a noisy minute meets every one of them. */
async function measure(measures) {
  const taken = measures.map(({ target, client, kind }) => ({ target, client, kind, samples: [] }))
  for (let round = -warmUps; round < Number(rounds); round += 1) {
    for (const [at, { sample }] of measures.entries()) {
      const value = await sample()
      if (round >= 0) taken[at].samples.push(value)
    }
  }
  return taken
}

/** The second of two: code that lay idle while the other pairs were measured is compiled anew, which a busy server never sees. */
async function sampleChunks(pair, chunks) {
  await streamAnswers(pair, chunks)
  return ((await streamAnswers(pair, chunks)) * 1000) / (answersAtOnce * chunks.length)
}

/** Milliseconds for the chunks alone: what goes before and comes after is the request's. */
async function streamAnswers(pair, chunks) {
  const begun = []
  for (let at = 0; at < answersAtOnce; at += 1) begun.push(await pair.ask())
  const usedMs = cpuMsOf(() => {
    for (const answer of begun) answer.stream(chunks)
  })
  for (const answer of begun) await answer.end()
  return usedMs
}

function sampleChunkFloor(texts, chunkCount) {
  const usedMs = cpuMsOf(() => {
    for (let at = 0; at < answersAtOnce; at += 1) for (const text of texts) JSON.stringify(JSON.parse(text))
  })
  return (usedMs * 1000) / (answersAtOnce * chunkCount)
}

async function sampleRequests(pair, chunks) {
  await answerRequests(pair, chunks, requestsASample / 4)
  return (await answerRequests(pair, chunks, requestsASample)) / requestsASample
}

async function answerRequests(pair, chunks, count) {
  const before = process.cpuUsage()
  for (let at = 0; at < count; at += 1) {
    const answer = await pair.ask()
    answer.stream(chunks)
    await answer.end()
  }
  return msSince(before)
}

function sampleRequestFloor(body) {
  const usedMs = cpuMsOf(() => {
    for (let at = 0; at < requestsASample; at += 1) Buffer.from(JSON.stringify(JSON.parse(body.toString())))
  })
  return usedMs / requestsASample
}

function cpuMsOf(work) {
  const before = process.cpuUsage()
  work()
  return msSince(before)
}

function msSince(before) {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

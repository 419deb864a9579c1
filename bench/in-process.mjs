// Trooper without its sockets: a whole exchange in this process, as the server runs it. The client is a body and bytes that are
// counted, the target's connection hands over the call and takes canned chunks.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/** How many answers of a pair are under way at once, at most. */
export const answersAtOnce = 20

const product = await bundled()

/** The sources are TypeScript, which the oldest supported Node cannot run. */
async function bundled() {
  const folder = mkdtempSync(join(tmpdir(), 'trooper-bench-'))
  const outfile = join(folder, 'exchange.mjs')
  const modules = [
    'clock',
    'context/fit/fitting',
    'context/count/margins',
    'engines/engines',
    'engines/memory',
    'exchange/exchange',
    'exchange/relay/hand-back',
    'exchange/local/loads',
    'exchange/translate/losses',
    'exchange/local/places',
    'exchange/timeouts',
    'exchange/responses/transcripts',
    'observe/metrics/counts',
    'observe/journal/ended',
    'observe/journal/journal',
    'exchange/local/warm-up',
    'routing/breakers',
    'routing/ledger',
    'routing/override',
    'routing/usage',
    'state/memory',
    'upstream/network-watch',
  ]
  const contents = modules.map((module) => `export * from './${module}.ts'`).join('\n')
  const resolveDir = fileURLToPath(new URL('../src', import.meta.url))
  try {
    await build({ stdin: { contents, resolveDir }, outfile, bundle: true, platform: 'node', format: 'esm' })
    return await import(pathToFileURL(outfile))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One client's dialect in front of one local model: there the product does everything that it does for a cloud, and more. */
export class Pair {
  #services
  #incoming
  #connection = new Connection()

  constructor(client, target, body) {
    this.#services = servicesAt(client, targetOf(target), this.#connection)
    this.#incoming = { dialect: client, query: '', headers: [], body, asksForStream: true }
  }

  /** Resolves when the target is asked: an answer that has not begun. */
  async ask() {
    const reply = new CountingReply()
    const ended = product.runExchange(this.#services, this.#incoming, reply)
    const handler = await Promise.race([this.#connection.next(), ended.then(refused)])
    return new Answer(handler, reply, ended)
  }
}

function refused() {
  throw new Error('An exchange of the benchmark came to no call.')
}

class Answer {
  #handler
  #reply
  #ended

  constructor(handler, reply, ended) {
    this.#handler = handler
    this.#reply = reply
    this.#ended = ended
  }

  /** Everything that the target sends, chunk by chunk; the client has its answer when this returns. */
  stream(chunks) {
    this.#handler.onHeaders(200, [], () => {}, 'OK')
    for (const chunk of chunks) this.#handler.onData(chunk)
    this.#handler.onComplete([])
  }

  /** What is done after the answer, too; how many bytes the client got. */
  async end() {
    await this.#ended
    if (!this.#reply.isOver) throw new Error('An answer of the benchmark did not come to its end.')
    await new Promise(setImmediate)
    return this.#reply.bytes
  }
}

/** In place of undici: one call at a time, handed over to whoever waits for it. */
class Connection {
  #take

  next() {
    return new Promise((resolve) => (this.#take = resolve))
  }

  dispatch(_call, handler) {
    handler.onConnect(() => {})
    this.#take(handler)
    return true
  }

  /** `/api/show`, which the Ollama engine asks once. */
  async request() {
    const model = { capabilities: ['completion', 'tools', 'vision', 'thinking'], model_info: modelInfo }
    return { statusCode: 200, headers: {}, body: { text: async () => JSON.stringify(model) } }
  }
}

const modelInfo = { 'general.architecture': 'qwen2', 'qwen2.context_length': 131_072 }

/** Takes the bytes as a socket would. */
class CountingReply {
  isGone = false
  isOver = false
  bytes = 0

  head() {}
  flushHead() {}
  onGone() {}
  onDrain() {}

  write(chunk) {
    this.bytes += Buffer.from(chunk).length
    return true
  }

  end(chunk = '') {
    this.write(chunk)
    this.isOver = true
  }

  abort() {
    throw new Error('An answer of the benchmark was broken off.')
  }
}

function targetOf(dialect) {
  const url = { origin: 'http://bench', base: '', query: '', text: 'http://bench' }
  return { name: 'bench', kind: 'local', dialect, speaks: [dialect], url, model: 'bench-model' }
}

function servicesAt(client, target, connection) {
  const { createEngines, createFitting, createHandBack, createLossBook, createMargins, createMemoryStore } = product
  // Its local model hands out no vocabulary, as was found out before.
  const tokenizers = { mayCount: () => false, count: async () => undefined, end: async () => {} }
  const { createTimes, createTranscripts } = product
  const pools = { at: () => connection }
  const clock = product.realClock
  return {
    chains: { [client]: [target] },
    policy: { quotaStatusCodes: new Set(), waitMaxMs: 0, localMs: 0 },
    times: createTimes(defaultTimeouts),
    seam: true,
    ...nothingKnown(clock),
    pools,
    engines: createEngines({
      pools,
      clock,
      log: silentLog,
      machine: product.thisMachine,
      contextMax: undefined,
      tokenizers,
    }),
    locals: { prepare: async () => undefined, doubt: async () => false },
    margins: createMargins(),
    fitting: createFitting('extractive'),
    images: { fetch: async () => undefined },
    handBack: createHandBack(),
    transcripts: createTranscripts(createMemoryStore({ maxBytes: 1024 * 1024, maxAgeMs: 60_000 }, clock)),
    modelLists: new Map(),
    lossesAt: createLossBook(silentLog),
    clock,
    log: silentLog,
    unique: () => 'b0b0b0b0b0b0b0b0b0b0b0b0',
  }
}

function nothingKnown(clock) {
  const { createBreakers, createCounts, createEnded, createJournal, createLedger, createLoads } = product
  const { createNetworkWatch, createOverride, createPlaces, createUsageBook } = product
  return {
    ledger: createLedger(),
    breakers: createBreakers(),
    usage: createUsageBook(),
    override: createOverride(),
    handoverAt: undefined,
    network: createNetworkWatch(clock, [], async () => false, { lost: () => {}, found: () => {} }),
    counts: createCounts(),
    journal: createJournal(
      1000,
      'bench',
      createEnded(() => undefined, clock),
    ),
    // Nobody waits: whoever begins one too many is told so, and does not hang.
    places: createPlaces(0, answersAtOnce),
    warmUp: product.noWarmUp,
    loads: createLoads(clock, defaultTimeouts.localMs, silentLog),
  }
}

/** As in src/config/schema.ts. */
const defaultTimeouts = {
  connectMs: 5000,
  headMs: 30_000,
  firstContentMs: 60_000,
  stallMs: 45_000,
  thinkingMs: 300_000,
  wholeAnswerMs: 600_000,
  localMs: 600_000,
  exchangeMs: 3_600_000,
  onSlow: 'wait',
}

const silentLog = {
  info() {},
  warn() {},
  error(text) {
    throw new Error(text)
  },
}

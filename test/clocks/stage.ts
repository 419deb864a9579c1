/** An exchange without sockets and without time: a test is the client, the targets and the clock. */
import { join } from 'node:path'
import type { Dispatcher, Pool } from 'undici'
import { unaskedLocals } from '../fakes/unasked-engines.ts'
import { nothingKnown } from '../fakes/nothing-known.ts'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { createFitting, type SummaryMode } from '../../src/context/fit/fitting.ts'
import { createMcpServers } from '../../src/mcp-client/connect/servers.ts'
import { createMargins } from '../../src/context/count/margins.ts'
import { createEngines } from '../../src/engines/engines.ts'
import { thisMachine } from '../../src/engines/memory.ts'
import { runExchange } from '../../src/exchange/exchange.ts'
import { createHandBack } from '../../src/exchange/relay/hand-back.ts'
import { createLoads } from '../../src/exchange/local/loads.ts'
import { createLossBook } from '../../src/exchange/translate/losses.ts'
import type { Services } from '../../src/exchange/outcome.ts'
import { createPlaces, type EngineQueue } from '../../src/exchange/local/places.ts'
import { createWarmUp, type WarmMode, type WarmUp } from '../../src/exchange/local/warm-up.ts'
import { createTimes, type Timeouts } from '../../src/exchange/timeouts.ts'
import { noTranscripts } from '../../src/exchange/responses/transcripts.ts'
import { finderOf } from '../../src/observe/prices/bill.ts'
import type { DayView } from '../../src/observe/days/day.ts'
import { createDays } from '../../src/observe/days/days.ts'
import { createEnded } from '../../src/observe/journal/ended.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { createJournal } from '../../src/observe/journal/journal.ts'
import type { Log } from '../../src/observe/log/log.ts'
import { createMetrics } from '../../src/observe/metrics/metrics.ts'
import type { Chain } from '../../src/routing/chains.ts'
import type { Target } from '../../src/routing/target.ts'
import type { Pools } from '../../src/upstream/pools.ts'
import { asksForStream } from '../../src/wire/top-level.ts'
import { FakeClock } from '../fakes/clock.ts'
import { FakeReply } from '../fakes/reply.ts'
import { dialects, type TestedDialect } from '../e2e/trooper.ts'
import { noTokenizers } from '../no-tokenizers.ts'

/** As config/schema.ts has them. */
const usual: Timeouts = {
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

/** One call that a target got. */
export class FakeCall {
  readonly origin: string
  readonly body: string
  readonly #handler: Dispatcher.DispatchHandler
  isAborted = false
  hasSpoken = false

  constructor(origin: string, options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
    this.origin = origin
    this.body = Buffer.isBuffer(options.body) ? options.body.toString() : ''
    this.#handler = handler
  }

  connect(): this {
    this.#handler.onConnect?.(() => {
      this.isAborted = true
    })
    return this
  }

  head(headers: Record<string, string>, status = 200): this {
    const raw = Object.entries(headers).flat()
    this.#handler.onResponseStarted?.()
    this.#handler.onHeaders?.(
      status,
      raw.map((text) => Buffer.from(text)),
      () => {},
      'OK',
    )
    return this
  }

  /** Up to the head of a stream, in whatever framing the target has. */
  open(): this {
    return this.connect().head({ 'content-type': 'text/event-stream' })
  }

  say(...frames: string[]): this {
    this.hasSpoken = true
    for (const frame of frames) this.#handler.onData?.(Buffer.from(frame))
    return this
  }

  end(): void {
    this.#handler.onComplete?.([])
  }

  break(): void {
    this.#handler.onError?.(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
  }
}

const speaks: Record<TestedDialect, Target['speaks']> = {
  anthropic: ['anthropic'],
  'openai-chat': ['openai-chat'],
  'openai-responses': ['openai-responses'],
}

export function cloud(name: string, dialect: TestedDialect): Target {
  const base = '/v1'
  const origin = `http://${name}`
  return { name, kind: 'cloud', dialect, speaks: speaks[dialect], url: { origin, base, query: '', text: origin } }
}

export function local(name = 'local'): Target {
  const origin = `http://${name}`
  const url = { origin, base: '', query: '', text: origin }
  return { name, kind: 'local', dialect: 'ollama', speaks: ['ollama'], url, model: 'qwen2.5:3b' }
}

/** Without a word about its window. */
export const inMemory = { name: 'qwen2.5:3b', model: 'qwen2.5:3b' }

interface More {
  seam?: boolean
  /** What a local Ollama says of its model (`/api/show`); by default it knows none. */
  shown?: object
  longestQueue?: number
  /** How many a local engine answers at once; by default what it says itself. */
  atOnce?: number
  summary?: SummaryMode
  warm?: WarmMode
  waitMaxMs?: number
  /** What is asked and answered is kept. */
  captures?: boolean
  handoverAt?: number
  /** A folder for the totals by day; with it, what Prometheus is told is counted too. */
  dataFolder?: string
}

export class Stage {
  readonly clock = new FakeClock()
  /** Of the last request. */
  reply = new FakeReply()
  readonly calls: FakeCall[] = []
  readonly lines: string[] = []
  /** What the engines say of themselves. */
  readonly engine: { isAway?: boolean; isLoading?: boolean; loaded: object[] } = { loaded: [inMemory] }
  /** Loads that Trooper has ordered; a call ends one. */
  readonly loading: (() => void)[] = []
  /** Conversations that an engine reads ahead. */
  readonly readAhead: { body: string; isAborted: boolean; end: () => void }[] = []
  #shown: object | undefined
  readonly #services: Services
  readonly #ended = createEnded((name) => finderOf(this.#services.chains)(name), this.clock)
  ended: Promise<void> = Promise.resolve()

  constructor(chain: Chain, timeouts: Partial<Timeouts> = {}, more: More = {}) {
    this.#services = this.#createServices(chain, { ...usual, ...timeouts }, more)
  }

  /** Asks as the dialect's SDK would, with these fields besides. */
  ask(dialect: TestedDialect, stream = true, more: object = {}): this {
    const { body } = dialects[dialect]
    const bytes = Buffer.from(JSON.stringify({ ...body('hi', stream), ...more }))
    this.reply = new FakeReply()
    const incoming = { dialect, query: '', headers: [], body: bytes, asksForStream: stream }
    this.ended = runExchange(this.#services, incoming, this.reply)
    return this
  }

  /** Asks how many tokens a request has. */
  askTokens(): this {
    const { body } = dialects.anthropic
    const asked = { question: { about: 'tokens' }, method: 'POST', path: '/messages/count_tokens' } as const
    const bytes = Buffer.from(JSON.stringify(body('hi', false)))
    this.reply = new FakeReply()
    const incoming = { dialect: 'anthropic', query: '', body: bytes, asksForStream: false, asked } as const
    this.ended = runExchange(this.#services, { ...incoming, headers: [] }, this.reply)
    return this
  }

  /** A client of its own asks with this body. */
  enter(dialect: ClientDialectName, body: object): { reply: FakeReply; ended: Promise<void> } {
    const bytes = Buffer.from(JSON.stringify(body))
    const reply = new FakeReply()
    const incoming = { dialect, query: '', headers: [], body: bytes, asksForStream: asksForStream(bytes) }
    return { reply, ended: runExchange(this.#services, incoming, reply) }
  }

  override(mode: 'auto' | 'local'): void {
    this.#services.override.set({ mode })
  }

  /** Another client asks the same Trooper. */
  askBeside(dialect: TestedDialect, stream = true): { reply: FakeReply; ended: Promise<void> } {
    return this.enter(dialect, dialects[dialect].body('hi', stream))
  }

  /** What the journal has of the exchanges, the last one first. */
  journal(): Entry[] {
    return this.#services.journal.list(1000)
  }

  days(): DayView[] {
    return this.#services.days.list(1000)
  }

  /** Resolves when the totals are on disk. */
  settle(): Promise<void> {
    return this.#services.days.settle()
  }

  /** What Prometheus would be told now. */
  async metrics(): Promise<string> {
    return (await this.#services.metrics?.tell())?.text ?? ''
  }

  get warmUp(): WarmUp {
    return this.#services.warmUp
  }

  /** What no exchange waits for goes on no more: a network that was lost is not looked for. */
  stop(): void {
    this.#services.network.stop()
  }

  /** How many clocks still go for an exchange: once those that are over are counted. */
  pending(): number {
    this.#ended.flush()
    return this.clock.pending
  }

  /** Of the engines that have something to do. */
  queues(): EngineQueue[] {
    return this.#services.places.queues()
  }

  /** The call number `index` that this target got, as soon as it gets it. */
  async call(name: string, index = 0): Promise<FakeCall> {
    for (let turns = 0; turns < 100; turns += 1) {
      const found = this.callsOf(name)[index]
      if (found) return found
      await turn()
    }
    throw new Error(`${name} was not asked.\n${this.lines.join('\n')}`)
  }

  callsOf(name: string): FakeCall[] {
    return this.calls.filter(({ origin }) => origin === `http://${name}`)
  }

  /** So much time passes, second by second, with everything that it sets in motion; of no time only what is ready happens. */
  async pass(seconds: number): Promise<void> {
    if (seconds === 0) await turn()
    for (let second = 0; second < seconds; second += 1) {
      this.clock.advance(1000)
      await turn()
    }
  }

  #createServices(
    chain: Chain,
    timeouts: Timeouts,
    { longestQueue = 64, warm = 'never', seam = true, waitMaxMs = 2000, shown, captures = false, ...more }: More,
  ): Services {
    const pools: Pools = { at: (origin) => this.#poolAt(origin), destroy: async () => {} }
    const log = this.#log()
    const chains: Record<ClientDialectName, Chain> = {
      anthropic: chain,
      'openai-chat': chain,
      'openai-responses': chain,
      ollama: chain,
    }
    this.#shown = shown
    const services: Services = {
      chains,
      policy: { quotaStatusCodes: [429, 402, 529], waitMaxMs, localMs: 600_000 },
      times: createTimes(timeouts),
      seam,
      ...nothingKnown(this.clock),
      handoverAt: more.handoverAt,
      journal: createJournal(1000, 'test', this.#ended, captures),
      places: createPlaces(longestQueue, more.atOnce),
      loads: createLoads(this.clock, timeouts.localMs, log),
      pools,
      engines: createEngines({
        pools,
        clock: this.clock,
        log,
        machine: thisMachine,
        contextMax: undefined,
        tokenizers: noTokenizers,
      }),
      locals: unaskedLocals,
      margins: createMargins(),
      fitting: createFitting(more.summary ?? 'extractive'),
      images: { fetch: async () => undefined, destroy: async () => {} },
      mcp: createMcpServers([], this.clock),
      handBack: createHandBack(false),
      transcripts: noTranscripts,
      modelLists: new Map(),
      lossesAt: createLossBook(log),
      clock: this.clock,
      log,
      unique: () => 'b0b0b0b0b0b0b0b0b0b0b0b0',
      warmUp: createWarmUp(warm, this.clock, () => services),
    }
    if (more.dataFolder !== undefined) this.#watch(services, more.dataFolder)
    return services
  }

  #watch(services: Services, dataFolder: string): void {
    const { clock, log } = services
    const ended = this.#ended
    services.days = createDays({ path: join(dataFolder, 'days.json'), ended, clock, log })
    services.metrics = createMetrics({ ...services, ended, version: 'test' })
  }

  #log(): Log {
    const note = (text: string): void => void this.lines.push(text)
    return { info: note, warn: note, error: note }
  }

  /** What the engine is asked outside the conversation. */
  async #answerQuestion(origin: string, { path, body, signal }: Asked): Promise<Told> {
    if (this.engine.isAway) throw new Error('ECONNREFUSED')
    if (path.endsWith('/api/tags')) return told(200, { models: [inMemory, ...this.engine.loaded] })
    if (path.endsWith('/api/ps')) return told(200, { models: this.engine.loaded })
    if (path.endsWith('/health')) return told(this.engine.isLoading ? 503 : 200, {})
    // Only a llama-server has this.
    if (path.startsWith('/props'))
      return told(200, origin.includes('llama') ? { build_info: 'b1', total_slots: 1 } : {})
    if (path.endsWith('/api/generate')) await this.#hold(signal, (end) => this.loading.push(end))
    if (path.endsWith('/api/chat')) {
      const reading = { body: body ?? '', isAborted: false, end: () => {} }
      this.readAhead.push(reading)
      signal.addEventListener('abort', () => (reading.isAborted = true))
      await this.#hold(signal, (end) => (reading.end = end))
    }
    if (path.endsWith('/api/show')) return this.#shown ? told(200, this.#shown) : told(404, {})
    return told(200, {})
  }

  #hold(signal: AbortSignal, keep: (end: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      keep(resolve)
      signal.addEventListener('abort', () => reject(new Error('aborted')))
    })
  }

  #poolAt(origin: string): Pool {
    const pool = {
      dispatch: (options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) => {
        this.calls.push(new FakeCall(origin, options, handler))
        return true
      },
      request: (asked: Asked) => this.#answerQuestion(origin, asked),
    }
    return pool as unknown as Pool
  }
}

interface Asked {
  path: string
  body?: string
  signal: AbortSignal
}

interface Told {
  statusCode: number
  headers: object
  body: { text: () => Promise<string> }
}

function told(statusCode: number, body: object): Told {
  return { statusCode, headers: {}, body: { text: async () => JSON.stringify(body) } }
}

/** Everything that is ready to happen does. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

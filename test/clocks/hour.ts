/** Everything that can happen to an exchange, as acts that write down what they did. */
import type { FailureKind } from '../../src/ir/failure.ts'
import type { TestedDialect } from '../e2e/trooper.ts'
import { Books, type Did } from './books.ts'
import { messages, ollama } from './frames.ts'
import { cloud, type FakeCall, type Stage } from './stage.ts'

export const claude = { ...cloud('claude', 'anthropic'), provider: 'Anthropic' }

/** Five tokens each way, at 3 and 15 dollars a million. */
const byClaude = { target: 'claude', was: 'answered', input: 5, output: 5, cost: 90 } satisfies Did
export const byLocal = { target: 'local', was: 'answered', input: 5, output: 3 } satisfies Did
/** What {@link byLocal} would have cost at claude, in millionths. */
export const spared = 60

/** At the beginning of a stream claude says what it has read; what it wrote it would have said in the end. */
const halfTold = { input: 5, output: 1, cost: 30, isUnknown: true } as const

const begun = [messages.start, messages.textStart(), messages.text('One, ')]

export class Hour {
  readonly stage: Stage
  readonly books: Books

  constructor(stage: Stage, day: string) {
    this.stage = stage
    this.books = new Books(day)
  }

  /** The call that a target gets because of this. */
  async call(target: 'claude' | 'local', ask: () => void): Promise<FakeCall> {
    const before = this.stage.callsOf(target).length
    ask()
    return this.stage.call(target, before)
  }

  ask(dialect: TestedDialect, stream = true, more: object = {}): () => void {
    return () => void this.stage.ask(dialect, stream, more)
  }

  /** claude says its first word after a second, and ends two seconds later. */
  async goodStream(dialect: TestedDialect, headers: Record<string, string> = {}): Promise<void> {
    const call = await this.call('claude', this.ask(dialect))
    call.connect().head({ 'content-type': 'text/event-stream', ...headers })
    call.say(messages.start, messages.textStart())
    await this.stage.pass(1)
    call.say(messages.text('Hello.'))
    await this.stage.pass(2)
    call.say(messages.stop(), messages.end).end()
    await this.stage.ended
    const times = { took: 3, spokeAfter: 1 }
    this.books.happened({ dialect, came: 'answered', ...times, calls: [{ ...byClaude, ...times, wrote: 2 }] })
  }

  /** Asked by a name that no metric may show, answered by a version of a model. */
  async goodJson(): Promise<void> {
    const call = await this.call('claude', this.ask('anthropic', false, { model: 'a "client\'s" own\nname' }))
    await this.stage.pass(4)
    const usage = { input_tokens: 3, output_tokens: 4, cache_read_input_tokens: 1000, cache_creation_input_tokens: 100 }
    const answer = { type: 'message', model: 'claude-sonnet-4-5-20250929', content: [], usage }
    call.connect().head({ 'content-type': 'application/json' }).say(JSON.stringify(answer)).end()
    await this.stage.ended
    const cost = 3 * 3 + 1000 * 0.3 + 100 * 3.75 + 4 * 15
    const did = { ...byClaude, took: 4, input: 1103, output: 4, cost }
    this.books.happened({ dialect: 'anthropic', came: 'answered', took: 4, calls: [did] })
    this.books.add('trooper_cached_tokens_total', { target: 'claude', direction: 'read' }, 1000)
    this.books.add('trooper_cached_tokens_total', { target: 'claude', direction: 'write' }, 100)
  }

  /** The local model says its first word after two seconds, and ends a second later. */
  async #localAnswers(call: FakeCall): Promise<Did> {
    call.open()
    await this.stage.pass(2)
    call.say(ollama.text('Here I am.'))
    await this.stage.pass(1)
    call.say(ollama.end).end()
    await this.stage.ended
    return { ...byLocal, waited: 0, took: 3, spokeAfter: 2, wrote: 1 }
  }

  /** claude does not answer for so many seconds, and then the local model does. */
  async fallback(reason: FailureKind, fail: (call: FakeCall) => Promise<void> | void, seconds = 0): Promise<void> {
    const call = await this.call('claude', this.ask('anthropic'))
    const before = this.stage.callsOf('local').length
    await fail(call)
    const did = await this.#localAnswers(await this.stage.call('local', before))
    const calls: Did[] = [{ target: 'claude', was: 'failed', reason }, did]
    const times = { took: seconds + 3, spokeAfter: seconds + 2 }
    this.books.happened({ dialect: 'anthropic', came: 'fallback', reason, ...times, calls, notSpent: spared })
  }

  /** claude is not even asked. */
  async skipped(reason: FailureKind, dialect: TestedDialect = 'anthropic'): Promise<void> {
    const did = await this.#localAnswers(await this.call('local', this.ask(dialect)))
    const calls: Did[] = [{ target: 'claude', was: 'skipped', reason }, did]
    // Nobody knows what claude would take for a model of OpenAI's.
    const notSpent = dialect === 'anthropic' ? spared : 'unknown'
    this.books.happened({ dialect, came: 'fallback', reason, took: 3, spokeAfter: 2, calls, notSpent })
  }

  /** The client is told what claude said. */
  async passedOn(status: number, reason: FailureKind): Promise<void> {
    const call = await this.call('claude', this.ask('anthropic'))
    refuse(call, status, 'invalid_request_error')
    await this.stage.ended
    const calls: Did[] = [{ target: 'claude', was: 'failed', reason }]
    this.books.happened({ dialect: 'anthropic', came: 'failed', reason, took: 0, calls })
  }

  /** claude breaks off after two seconds, and the local model goes on. */
  async seam(): Promise<void> {
    const call = await this.call('claude', this.ask('anthropic'))
    call.open()
    await this.stage.pass(2)
    const before = this.stage.callsOf('local').length
    call.say(...begun).break()
    const did = await this.#localAnswers(await this.stage.call('local', before))
    const half = { target: 'claude', was: 'broken', reason: 'network', spokeAfter: 2, ...halfTold } as const
    const calls: Did[] = [half, { ...did, isSeam: true }]
    const of = { dialect: 'anthropic', came: 'fallback', reason: 'network', notSpent: spared } as const
    this.books.happened({ ...of, took: 5, spokeAfter: 2, calls })
  }

  async clientLeaves(): Promise<void> {
    const call = await this.call('claude', this.ask('anthropic'))
    call.open().say(...begun)
    await this.stage.pass(3)
    this.stage.reply.leave()
    await this.stage.ended
    const calls: Did[] = [{ target: 'claude', was: 'gone', spokeAfter: 0, ...halfTold }]
    this.books.happened({ dialect: 'anthropic', came: 'gone', took: 3, spokeAfter: 0, calls })
  }

  async nobodyAnswers(): Promise<void> {
    const call = await this.call('claude', this.ask('anthropic'))
    const before = this.stage.callsOf('local').length
    refuse(call, 529, 'overloaded_error')
    const last = await this.stage.call('local', before)
    last.connect().head({ 'content-type': 'application/json' }, 500).say('{"error":"No."}').end()
    await this.stage.ended
    const calls: Did[] = [
      { target: 'claude', was: 'failed', reason: 'overloaded' },
      { target: 'local', was: 'failed', reason: 'server-error', waited: 0 },
    ]
    this.books.happened({ dialect: 'anthropic', came: 'failed', reason: 'overloaded', took: 0, calls })
  }

  /** While claude is set aside: what a local model says, in no time, to a request with these fields. */
  async localSays(answers: readonly string[], more: object, did: Partial<Did> = {}): Promise<void> {
    const before = this.stage.callsOf('local').length
    this.stage.ask('anthropic', true, more)
    for (const [at, answer] of answers.entries()) (await this.stage.call('local', before + at)).open().say(answer).end()
    await this.stage.ended
    const calls: Did[] = [
      { target: 'claude', was: 'skipped', reason: 'override' },
      { ...byLocal, waited: 0, took: 0, spokeAfter: 0, ...did },
    ]
    const of = { dialect: 'anthropic', came: 'fallback', reason: 'override', notSpent: spared } as const
    this.books.happened({ ...of, took: 0, spokeAfter: 0, calls })
  }
}

export function refuse(call: FakeCall, status: number, type: string, headers: Record<string, string> = {}): void {
  const body = JSON.stringify({ type: 'error', error: { type, message: 'No.' } })
  const head = { 'content-type': 'application/json', ...headers }
  call.connect().head(head, status).say(body).end()
}

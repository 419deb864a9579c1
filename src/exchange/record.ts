/** Writes down what happens in one exchange, for whoever watches Trooper. A moment costs a few stores (~20 ns). */
import { describeFailure, type Failure } from '../ir/failure.ts'
import type { Usage } from '../ir/events.ts'
import { addUsage } from '../ir/usage.ts'
import { reasonOf, type AttemptEnd, type AttemptEntry, type Entry, type ExchangeEnd } from '../observe/journal/entry.ts'
import { AnswerCapture, captureRequest } from '../observe/journal/capture.ts'
import type { Ending } from '../observe/journal/ended.ts'
import type { Journal } from '../observe/journal/journal.ts'
import { beginTrace, newSpanId, withTrace, type Trace } from '../observe/traces/trace.ts'
import type { Rest } from '../routing/rest.ts'
import type { Target } from '../routing/target.ts'
import type { Milestones } from '../upstream/patience.ts'
import type { HeaderList } from '../wire/headers.ts'
import { CapturedReply } from './reply/captured-reply.ts'
import type { Incoming, Outcome, Services } from './outcome.ts'
import type { Reply } from './reply/reply.ts'

/** What the person wants to read of it. */
interface Captured {
  request: Buffer
  answer: AnswerCapture
}

export class ExchangeRecord implements Ending {
  readonly entry: Entry
  readonly #journal: Journal
  /** Until it is over: a request may be large, and others that are over are waited for. */
  #captured: Captured | undefined
  /** What reads the rest of its answer. */
  #unread: (() => void) | undefined
  #settled: Target | undefined
  #latestMs = 0

  /** `model`: as a glance at the body shows it. */
  constructor(
    { journal, traces }: Pick<Services, 'journal' | 'traces'>,
    { dialect, asksForStream, asked, body, headers }: Incoming,
    model: string | undefined,
    nowMs: number,
  ) {
    this.#journal = journal
    this.#captured = journal.captures ? { request: body, answer: new AnswerCapture() } : undefined
    const about: Entry['about'] = asked?.question.about ?? 'conversation'
    const trace = traces && beginTrace(headers)
    const facts = { atMs: nowMs, dialect, about, isStream: asksForStream, model }
    this.entry = journal.open(trace ? { ...facts, trace } : facts)
  }

  /** The client's end of the exchange, from which everything goes that the client gets. */
  watch(reply: Reply): Reply {
    return this.#captured ? new CapturedReply(reply, this.#captured.answer) : reply
  }

  attempt(target: Target, nowMs: number): AttemptRecord {
    const { attempts, model, trace } = this.entry
    const made = attemptEntry(target, model, this.since(nowMs))
    const entry = trace ? { ...made, spanId: newSpanId() } : made
    attempts.push(entry)
    return new AttemptRecord(entry, this, trace)
  }

  /** Milliseconds since it began. No time of it lies before another, also where somebody sets the machine's clock back meanwhile. */
  since(nowMs: number): number {
    this.#latestMs = Math.max(this.#latestMs, nowMs - this.entry.atMs)
    return this.#latestMs
  }

  /** Something about one of its attempts. */
  changed(): void {
    this.#journal.note(this.entry)
  }

  /** Reads of an answer what nobody needs before the exchange is over. */
  later(read: () => void): void {
    this.#unread?.()
    this.#unread = read
  }

  /** It broke off, but the client has all of it. */
  settled(target: Target): void {
    this.#settled = target
  }

  /** Another one spoke first; one that waits to be asked again has failed before. */
  lost(target: Target): void {
    const attempt = this.entry.attempts.findLast(({ target: name }) => name === target.name)
    if (attempt?.end.is === 'open') attempt.end = { is: 'lost' }
  }

  over(isGone: boolean, nowMs: number): void {
    this.entry.totalMs = this.since(nowMs)
    this.entry.end = this.#endOf(isGone)
    if (this.#captured) this.entry.content = contentOf(this.#captured)
    this.#captured = undefined
    this.#journal.close(this)
  }

  complete(): void {
    this.#unread?.()
  }

  #endOf(isGone: boolean): ExchangeEnd {
    const answered = this.#settled?.name ?? this.entry.attempts.find(({ end }) => end.is === 'answered')?.target
    if (answered !== undefined) return { is: 'answered', target: answered }
    return isGone ? { is: 'gone' } : { is: 'failed', reason: reasonOf(this.entry) ?? 'server-error' }
  }
}

function contentOf({ request, answer }: Captured): NonNullable<Entry['content']> {
  return { request: captureRequest(request), answer: answer.text() }
}

/** Wants to know of every change. */
type Exchange = Pick<ExchangeRecord, 'changed' | 'later' | 'since'>

export class AttemptRecord implements Milestones {
  readonly #entry: AttemptEntry
  readonly #exchange: Exchange
  readonly #trace: Trace | undefined

  constructor(entry: AttemptEntry, exchange: Exchange, trace: Trace | undefined) {
    this.#entry = entry
    this.#exchange = exchange
    this.#trace = trace
  }

  /** It is not asked: what is known of it says that it would not answer. */
  skipped(failure: Failure, rest?: Rest): void {
    const { kind: reason } = failure
    const untilMs = rest && 'untilMs' in rest ? rest.untilMs : undefined
    this.#entry.end = { is: 'skipped', reason, words: describeFailure(failure), ...(untilMs && { untilMs }) }
    this.#exchange.changed()
  }

  begins(how: AttemptEntry['how']): void {
    this.#entry.how = how
    this.#exchange.changed()
  }

  /** It waited in a queue, and it is its turn now. */
  hasTurn(nowMs: number): void {
    this.#entry.turnMs ??= this.#exchange.since(nowMs)
  }

  sent(headers: HeaderList): HeaderList {
    const { spanId } = this.#entry
    return this.#trace && spanId !== undefined ? withTrace(headers, this.#trace, spanId) : headers
  }

  connected(nowMs: number): void {
    this.#entry.connectMs ??= this.#exchange.since(nowMs)
  }

  headCame(nowMs: number): void {
    this.#entry.headMs ??= this.#exchange.since(nowMs)
  }

  spoke(nowMs: number): void {
    if (this.#entry.contentMs !== undefined) return
    this.#entry.contentMs = this.#exchange.since(nowMs)
    this.#exchange.changed()
  }

  /** Reads what it says of itself when that is in nobody's way. */
  later(read: () => void): void {
    this.#exchange.later(read)
  }

  answersAs(model: string | undefined): void {
    if (model) this.#entry.model = model
  }

  /** Of one call; an attempt may make several. */
  used(usage: Usage): void {
    const { usage: before } = this.#entry
    this.#entry.usage = before ? addUsage(before, usage) : usage
  }

  leftOut({ messages, tokens }: { messages: number; tokens: number }): void {
    if (tokens > 0) this.#entry.omitted = { messages, tokens }
  }

  ended(outcome: Outcome, nowMs: number): void {
    if (this.#entry.end.is !== 'lost') this.#entry.end = endOf(outcome)
    this.#entry.endMs = this.#exchange.since(nowMs)
    this.#exchange.changed()
  }
}

/** Of a call that nobody waits for. */
export function unrecorded(target: Target, beganAtMs: number): AttemptRecord {
  const nobody: Exchange = { changed: () => {}, later: (read) => read(), since: (nowMs) => nowMs - beganAtMs }
  return new AttemptRecord(attemptEntry(target, undefined, 0), nobody, undefined)
}

function attemptEntry(
  { name, kind, dialect, model: own }: Target,
  asked: string | undefined,
  startMs: number,
): AttemptEntry {
  const model = own ?? asked
  const entry: AttemptEntry = { target: name, kind, dialect, how: 'translate', startMs, end: open }
  if (model) entry.model = model
  return entry
}

const open: AttemptEnd = { is: 'open' }
const answered: AttemptEnd = { is: 'answered' }

function endOf(outcome: Outcome): AttemptEnd {
  if (outcome.type === 'answered') return answered
  const { type: is, failure } = outcome
  const { kind: reason, status } = failure
  return { is, reason, words: describeFailure(failure), ...(status !== undefined && { status }) }
}

/** One call to a target of another dialect: its frames become events, a refusal or a fault becomes a failure. */
import type { AnswerDecoder, TargetDialect } from '../../dialects/dialect.ts'
import { targetDialects } from '../../dialects/registry.ts'
import type { StreamEvent } from '../../ir/events.ts'
import { unrolls } from '../../dialects/unroll.ts'
import { parseExact } from '../../ir/exact-json.ts'
import { streamCut, type Failure } from '../../ir/failure.ts'
import { isObject, parseJson } from '../../ir/json.ts'
import type { DialectName } from '../../ir/request.ts'
import type { AnswerHead } from '../../upstream/answer-head.ts'
import { startAttempt, type Attempt, type Call, type CallListener } from '../../upstream/attempt.ts'
import { UnzippingListener } from '../../upstream/unzip.ts'
import { headerMap } from '../../wire/headers.ts'
import { createNdjsonDecoder } from '../../wire/ndjson.ts'
import { createSseDecoder, type FrameDecoder } from '../../wire/sse.ts'
import { beginsAsJson, errorText, isJson, statesError, withinAnswer } from '../relay/inspect.ts'
import { WholeBody } from '../relay/whole-body.ts'
import { clientGone, type Broken, type Outcome, type Services, type Turn } from '../outcome.ts'
import { follow, type Reply } from '../reply/reply.ts'
import type { AnswerSink } from './sink.ts'

/** `broken`: the client has the beginning of an answer that this target will not end. */
export type CallOutcome = Exclude<Outcome, Broken> | { type: 'broken'; failure: Failure }

interface SettleCall {
  resolve: (outcome: CallOutcome) => void
  reject: (error: unknown) => void
}

export function callTranslated(services: Services, turn: Turn, call: Call, sink: AnswerSink): Promise<CallOutcome> {
  if (turn.reply.isGone) return Promise.resolve(clientGone)
  return new Promise((resolve, reject) => {
    const listener = new TranslationListener(services, turn, sink, { resolve, reject })
    const { pools, clock } = services
    listener.begin(startAttempt(pools, clock, turn.patience, call, new UnzippingListener(listener)))
  })
}

type Phase =
  | { at: 'waiting' }
  | { at: 'refused'; head: AnswerHead; chunks: Buffer[]; bytes: number }
  /** Nothing but white space came yet: it may be no stream at all. */
  | { at: 'blank'; head: AnswerHead; body: WholeBody }
  /** A body came where a stream was asked for. */
  | { at: 'whole'; head: AnswerHead; body: WholeBody }
  | { at: 'answering'; frames: FrameDecoder; decoder: AnswerDecoder }
  | { at: 'over' }

const blankLine = Buffer.from('\n\n')
const maxRefusalBytes = 1024 * 1024
const maxWholeBytes = 64 * 1024 * 1024

class TranslationListener implements CallListener {
  readonly #services: Services
  readonly #targetName: DialectName
  readonly #targetDialect: TargetDialect
  readonly #reply: Reply
  readonly #heard: Turn['heard']
  readonly #record: Turn['record']
  readonly #outcome: SettleCall
  readonly #sink: AnswerSink
  #attempt: Attempt | undefined
  #phase: Phase = { at: 'waiting' }
  /** The last chunk said something. */
  #hasSaid = false
  #lastWordAtMs = 0
  #isThinking = false
  /** How the connection ended, where that was no good end. */
  #failure: Failure | undefined

  constructor(services: Services, { target, reply, heard, record }: Turn, sink: AnswerSink, outcome: SettleCall) {
    this.#services = services
    this.#targetName = target.dialect
    this.#targetDialect = targetDialects[target.dialect]
    this.#sink = sink
    this.#reply = reply
    this.#heard = heard
    this.#record = record
    this.#outcome = outcome
  }

  begin(attempt: Attempt): void {
    this.#attempt = attempt
    follow(this.#reply, attempt, () => {
      this.#phase = { at: 'over' }
      this.#outcome.resolve(clientGone)
    })
  }

  head(head: AnswerHead): void {
    if (head.tellsUsage) this.#heard?.(head.headers, head.atMs)
    if (head.status !== 200) {
      this.#phase = { at: 'refused', head, chunks: [], bytes: 0 }
      return
    }
    if (this.#targetDialect.framing !== 'sse') this.#listen()
    else if (isJson(head)) this.#phase = { at: 'whole', head, body: new WholeBody() }
    else this.#phase = { at: 'blank', head, body: new WholeBody() }
  }

  #listen(): { frames: FrameDecoder; decoder: AnswerDecoder } {
    const decoder = this.#targetDialect.createDecoder((event) => this.#take(event), this.#services.clock.now())
    const frames = createFrameDecoder(this.#targetDialect.framing, decoder)
    this.#phase = { at: 'answering', frames, decoder }
    return this.#phase
  }

  data(chunk: Buffer, atMs: number): boolean {
    const phase = this.#phase
    if (phase.at === 'blank') return this.#begin(phase.head, phase.body, chunk, atMs)
    if (phase.at === 'refused' && phase.bytes < maxRefusalBytes) {
      phase.chunks.push(chunk)
      phase.bytes += chunk.length
    }
    if (phase.at === 'whole' && phase.body.length < maxWholeBytes) phase.body.push(chunk)
    if (phase.at !== 'answering') return false
    this.#hasSaid = false
    phase.frames.feed(chunk)
    if (this.#hasSaid) this.#lastWordAtMs = atMs
    if (!this.#sink.flush()) this.#attempt?.pause()
    return this.#hasSaid
  }

  /** The first byte that is no white space says what it is, whatever it calls itself. */
  #begin(head: AnswerHead, body: WholeBody, chunk: Buffer, atMs: number): boolean {
    const isWhole = beginsAsJson(chunk)
    body.push(chunk)
    if (isWhole === undefined) return false
    if (!isWhole) this.#listen()
    else this.#phase = { at: 'whole', head, body: new WholeBody() }
    return this.data(body.joined(), atMs)
  }

  isThinking(): boolean {
    return this.#isThinking
  }

  lastWordAtMs(): number {
    return this.#lastWordAtMs
  }

  end(): void {
    if (this.#phase.at === 'blank') this.#listen()
    const phase = this.#phase
    if (phase.at === 'answering') {
      // A last frame may lack its blank line; the beginning of one is torn.
      if (this.#targetDialect.framing === 'sse') phase.frames.feed(blankLine)
      phase.frames.end()
      phase.decoder.end()
      this.#sink.flush()
    } else if (phase.at === 'whole') this.#takeWhole(phase.head, phase.body.text())
    else if (phase.at === 'refused') this.#refuse(phase.head, errorText(phase.head, Buffer.concat(phase.chunks)))
  }

  /** An error under status 200, or an answer that is read as the stream that it would have been. */
  #takeWhole({ headers }: AnswerHead, text: string): void {
    const body = parseExact(text)
    const stream = isObject(body) && !statesError(body) ? unrolls[this.#targetName](body) : undefined
    if (stream === undefined) {
      if (body === undefined) return this.#fail(streamCut)
      const said = { status: undefined, headers: headerMap(headers), body, text, nowMs: this.#services.clock.now() }
      return this.#fail(withinAnswer(this.#targetDialect.decodeFailure(said)))
    }
    this.#listen().frames.feed(Buffer.from(stream))
    this.#sink.flush()
  }

  fault(error: unknown): void {
    this.#outcome.reject(error)
  }

  /** An answer that has said its end is whole, however its connection ended (`[DONE]` may be missing, providers.md 3.3). */
  failure(failure: Failure): void {
    const phase = this.#phase
    this.#failure = failure
    if (phase.at === 'answering') phase.decoder.end()
    else this.#take({ type: 'failure', failure })
    this.#sink.flush()
  }

  #refuse({ status, headers }: AnswerHead, text: string): void {
    const said = { status, headers: headerMap(headers), body: parseJson(text), text, nowMs: this.#services.clock.now() }
    this.#fail(this.#targetDialect.decodeFailure(said))
  }

  #take(event: StreamEvent): void {
    if (this.#phase.at === 'over') return
    if (event.type === 'failure') return this.#fail(this.#failure ?? withinAnswer(event.failure))
    this.#note(event)
    this.#sink.event(event)
    if (this.#sink.fault) return this.#fail(this.#sink.fault)
    if (event.type !== 'finish') return
    this.#phase = { at: 'over' }
    this.#outcome.resolve({ type: 'answered' })
  }

  /** An announced but empty text is nothing yet; a beginning thought is. */
  #note(event: StreamEvent): void {
    const { type } = event
    if (type === 'start') this.#record.answersAs(event.model)
    if (type === 'start' || type === 'text-start') return
    this.#hasSaid = true
    if (type === 'finish') this.#record.used(event.usage)
    if (type === 'reasoning-start') this.#isThinking = true
    else if (type === 'reasoning-end') this.#isThinking = false
  }

  #fail(failure: Failure): void {
    this.#phase = { at: 'over' }
    this.#attempt?.abort()
    // What came before it in the same chunk is the client's.
    if (this.#sink.isCommitted) this.#sink.flush()
    this.#outcome.resolve({ type: this.#sink.isCommitted ? 'broken' : 'failed', failure })
  }
}

function createFrameDecoder(framing: TargetDialect['framing'], decoder: AnswerDecoder): FrameDecoder {
  const onFrame = decoder.frame.bind(decoder)
  return framing === 'sse' ? createSseDecoder(onFrame) : createNdjsonDecoder(onFrame)
}

/** One call to a target of another dialect: its frames become events, a refusal or a fault becomes a failure. */
import type { AnswerDecoder, TargetDialect } from '../dialects/dialect.ts'
import { targetDialects } from '../dialects/registry.ts'
import type { StreamEvent } from '../ir/events.ts'
import type { Failure } from '../ir/failure.ts'
import { parseJson } from '../ir/json.ts'
import { startAttempt, type AnswerHead, type Attempt, type Call, type CallListener } from '../upstream/attempt.ts'
import { createNdjsonDecoder } from '../wire/ndjson.ts'
import { createSseDecoder, type FrameDecoder } from '../wire/sse.ts'
import { clientGone, type Broken, type Outcome, type Services, type Turn } from './outcome.ts'
import type { Reply } from './reply.ts'
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
    listener.begin(startAttempt(services.pools, services.clock, turn.patience, call, listener))
  })
}

type Phase =
  | { at: 'waiting' }
  | { at: 'refused'; head: AnswerHead; chunks: Buffer[]; bytes: number }
  | { at: 'answering'; frames: FrameDecoder; decoder: AnswerDecoder }
  | { at: 'over' }

const maxRefusalBytes = 1024 * 1024

class TranslationListener implements CallListener {
  readonly #services: Services
  readonly #targetDialect: TargetDialect
  readonly #reply: Reply
  readonly #outcome: SettleCall
  readonly #sink: AnswerSink
  #attempt: Attempt | undefined
  #phase: Phase = { at: 'waiting' }
  /** The last chunk said something. */
  #hasSaid = false
  #isThinking = false

  constructor(services: Services, { target, reply }: Turn, sink: AnswerSink, outcome: SettleCall) {
    this.#services = services
    this.#targetDialect = targetDialects[target.dialect]
    this.#sink = sink
    this.#reply = reply
    this.#outcome = outcome
  }

  begin(attempt: Attempt): void {
    this.#attempt = attempt
    this.#reply.onGone(() => {
      this.#phase = { at: 'over' }
      attempt.abort()
      this.#outcome.resolve(clientGone)
    })
    this.#reply.onDrain(() => attempt.resume())
  }

  head(head: AnswerHead): void {
    if (head.status !== 200) {
      this.#phase = { at: 'refused', head, chunks: [], bytes: 0 }
      return
    }
    const decoder = this.#targetDialect.createDecoder((event) => this.#take(event), this.#services.clock.now())
    const frames = createFrameDecoder(this.#targetDialect.framing, decoder)
    this.#phase = { at: 'answering', frames, decoder }
  }

  data(chunk: Buffer): boolean {
    const phase = this.#phase
    if (phase.at === 'refused' && phase.bytes < maxRefusalBytes) {
      phase.chunks.push(chunk)
      phase.bytes += chunk.length
    }
    if (phase.at !== 'answering') return false
    this.#hasSaid = false
    phase.frames.feed(chunk)
    if (!this.#sink.flush()) this.#attempt?.pause()
    return this.#hasSaid
  }

  isThinking(): boolean {
    return this.#isThinking
  }

  end(): void {
    const phase = this.#phase
    if (phase.at === 'answering') {
      phase.frames.end()
      phase.decoder.end()
      this.#sink.flush()
    } else if (phase.at === 'refused') this.#refuse(phase.head, Buffer.concat(phase.chunks).toString('utf8'))
  }

  fault(error: unknown): void {
    this.#outcome.reject(error)
  }

  failure(failure: Failure): void {
    this.#take({ type: 'failure', failure })
    this.#sink.flush()
  }

  #refuse({ status, headers }: AnswerHead, text: string): void {
    const said = { status, headers, body: parseJson(text), text, nowMs: this.#services.clock.now() }
    this.#fail(this.#targetDialect.decodeFailure(said))
  }

  #take(event: StreamEvent): void {
    if (this.#phase.at === 'over') return
    if (event.type === 'failure') return this.#fail(event.failure)
    this.#note(event.type)
    this.#sink.event(event)
    if (this.#sink.fault) return this.#fail(this.#sink.fault)
    if (event.type !== 'finish') return
    this.#phase = { at: 'over' }
    this.#outcome.resolve({ type: 'answered' })
  }

  /** An announced but empty text is nothing yet; a beginning thought is. */
  #note(type: StreamEvent['type']): void {
    if (type === 'start' || type === 'text-start') return
    this.#hasSaid = true
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

/**
 * Same dialect on both sides: bytes through, nothing parsed and nothing made anew.
 * What is held back before the commit point: a whole answer that is not streamed, and the announcing frames of a stream.
 */
import { clientDialects, targetDialects } from '../dialects/registry.ts'
import type { ClientDialect, ClientDialectName, FailedAnswer } from '../dialects/dialect.ts'
import { parseJson } from '../ir/json.ts'
import type { Failure } from '../ir/failure.ts'
import { endpointPaths, pathAt, type Target } from '../routing/target.ts'
import { startAttempt, type AnswerHead, type Attempt, type CallListener } from '../upstream/attempt.ts'
import { headerOf, requestHeaders, responseHeaders } from '../wire/headers.ts'
import { createSseDecoder, type FrameDecoder } from '../wire/sse.ts'
import { endsWithinFrame, findBodyFault, StreamTail } from './inspect.ts'
import { clientGone, type Incoming, type Outcome, type Services } from './outcome.ts'
import type { HeldAnswer, Reply } from './reply.ts'

/** An answer larger than this is streamed on unjudged rather than held. */
const maxHeldBytes = 64 * 1024 * 1024
/** A stream that announced itself but says nothing yet is opened to the client after this, so that it sees signs of life. */
const maxHoldMs = 10_000

export function relay(services: Services, incoming: Incoming, target: Target, reply: Reply): Promise<Outcome> {
  if (reply.isGone) return Promise.resolve(clientGone)
  return new Promise((resolve) => {
    const listener = new RelayListener(services, incoming.dialect, target, reply, resolve)
    const { headers, query, body, dialect } = incoming
    const call = {
      origin: target.url.origin,
      method: 'POST',
      path: pathAt(target, endpointPaths[dialect], query),
      headers: requestHeaders(headers, headerOf(headers, 'connection'), target.credential),
      body,
    }
    listener.begin(startAttempt(services.pools, services.clock, services.silence, call, listener))
  })
}

type Phase =
  | { at: 'waiting' }
  /** Reading an answer whole, to judge it before the client sees any of it. */
  | { at: 'whole'; head: AnswerHead; chunks: Buffer[]; bytes: number }
  /** Reading a stream's frames until one says something. */
  | { at: 'judging'; head: AnswerHead; held: Buffer[]; frames: FrameDecoder; cancelHold: () => void }
  | { at: 'streaming'; tail: StreamTail | undefined }
  | { at: 'over' }

/** A class, as its methods run on every chunk. */
class RelayListener implements CallListener {
  readonly #services: Services
  readonly #dialect: ClientDialect
  readonly #decodeFailure: (answer: FailedAnswer) => Failure
  readonly #target: Target
  readonly #reply: Reply
  readonly #resolve: (outcome: Outcome) => void
  #attempt: Attempt | undefined
  #phase: Phase = { at: 'waiting' }

  constructor(
    services: Services,
    dialect: ClientDialectName,
    target: Target,
    reply: Reply,
    resolve: (outcome: Outcome) => void,
  ) {
    this.#services = services
    this.#dialect = clientDialects[dialect]
    this.#decodeFailure = targetDialects[dialect].decodeFailure
    this.#target = target
    this.#reply = reply
    this.#resolve = resolve
  }

  begin(attempt: Attempt): void {
    this.#attempt = attempt
    this.#reply.onGone(() => {
      this.#leave()
      attempt.abort()
      this.#resolve(clientGone)
    })
    this.#reply.onDrain(() => attempt.resume())
  }

  head(head: AnswerHead): void {
    if (!isReadableStream(head)) {
      this.#phase = { at: 'whole', head, chunks: [], bytes: 0 }
      return
    }
    const frames = createSseDecoder((frame) => {
      if (this.#phase.at !== 'judging') return
      const role = this.#dialect.judgeFrame(frame)
      if (role === 'content') this.#commit()
      else if (role === 'failure') this.#failInStream(frame.data)
    })
    const cancelHold = this.#services.clock.after(maxHoldMs, () => this.#commit())
    this.#phase = { at: 'judging', head, held: [], frames, cancelHold }
  }

  data(chunk: Buffer): void {
    const phase = this.#phase
    switch (phase.at) {
      case 'streaming':
        phase.tail?.push(chunk)
        if (!this.#reply.write(chunk)) this.#attempt?.pause()
        return
      case 'judging':
        phase.held.push(chunk)
        phase.frames.feed(chunk)
        return
      case 'whole':
        phase.chunks.push(chunk)
        phase.bytes += chunk.length
        if (phase.bytes > maxHeldBytes) this.#open(phase.head, phase.chunks, undefined)
        return
      case 'waiting':
      case 'over':
        return
    }
  }

  end(): void {
    const phase = this.#phase
    if (phase.at === 'whole') return this.#judgeWhole(phase.head, phase.chunks)
    if (phase.at === 'judging') {
      const tail = tailOf(this.#dialect, phase.held)
      if (!tail.isWhole()) return this.#fail(streamCut, this.#held(phase.head, phase.held))
      this.#commit()
    }
    if (this.#phase.at !== 'streaming') return
    const { tail } = this.#phase
    if (tail && !tail.isWhole()) return this.#breakOff(streamCut, tail)
    this.#leave()
    this.#reply.end()
    this.#resolve({ type: 'answered' })
  }

  failure(failure: Failure): void {
    const phase = this.#phase
    if (phase.at === 'streaming') this.#breakOff(failure, phase.tail)
    else this.#fail(failure)
  }

  /** The commit point of a stream: what was held goes out, the rest follows as it comes. */
  #commit(): void {
    const phase = this.#phase
    if (phase.at === 'judging') this.#open(phase.head, phase.held, tailOf(this.#dialect, phase.held))
  }

  #open(head: AnswerHead, held: Buffer[], tail: StreamTail | undefined): void {
    this.#leave()
    this.#phase = { at: 'streaming', tail }
    this.#reply.head(head.status, head.statusMessage, responseHeaders(head.raw))
    for (const chunk of held) if (!this.#reply.write(chunk)) this.#attempt?.pause()
  }

  #judgeWhole(head: AnswerHead, chunks: Buffer[]): void {
    const answer = this.#held(head, chunks)
    const fault = findBodyFault(head, answer.body)
    if (fault === 'none') {
      this.#leave()
      this.#reply.head(answer.status, answer.statusMessage, answer.headers)
      this.#reply.end(answer.body)
      return this.#resolve({ type: 'answered' })
    }
    if (fault === 'cut') return this.#fail(bodyCut, answer)
    const text = fault.text
    // An error inside a 200 has no status of its own.
    const status = head.status < 400 ? undefined : head.status
    const said = { status, headers: head.headers, body: parseJson(text), text, nowMs: this.#services.clock.now() }
    this.#fail(this.#decodeFailure(said), answer)
  }

  #failInStream(data: string): void {
    const phase = this.#phase
    if (phase.at !== 'judging') return
    const said = {
      status: undefined,
      headers: phase.head.headers,
      body: parseJson(data),
      text: data,
      nowMs: this.#services.clock.now(),
    }
    const original = this.#held(phase.head, phase.held)
    this.#attempt?.abort()
    this.#fail(this.#decodeFailure(said), original)
  }

  #held(head: AnswerHead, chunks: Buffer[]): HeldAnswer {
    const { status, statusMessage, raw } = head
    const [only] = chunks
    return {
      status,
      statusMessage,
      headers: responseHeaders(raw),
      body: chunks.length === 1 && only ? only : Buffer.concat(chunks),
    }
  }

  #fail(failure: Failure, original?: HeldAnswer): void {
    this.#leave()
    this.#resolve(original ? { type: 'failed', failure, original } : { type: 'failed', failure })
  }

  /** After the commit point: an error in the client's dialect, never a silent end. */
  #breakOff(failure: Failure, tail: StreamTail | undefined): void {
    this.#leave()
    const frame = this.#dialect.encodeFailureFrame(failure)
    this.#reply.end(tail && endsWithinFrame(tail.last) ? `\n\n${frame}` : frame)
    this.#services.log.warn(`⚠️ ${this.#target.name} broke off in the middle of its answer: the client was told`, {
      target: this.#target.name,
    })
    this.#resolve({ type: 'answered' })
  }

  #leave(): void {
    if (this.#phase.at === 'judging') this.#phase.cancelHold()
    this.#phase = { at: 'over' }
  }
}

const streamCut: Failure = { kind: 'malformed-answer', message: 'The stream ended in the middle of the answer.' }
const bodyCut: Failure = { kind: 'malformed-answer', message: 'The answer ended in the middle.' }

/** A compressed stream, which nobody asked for, cannot be read and is passed on as it is. */
function isReadableStream({ status, headers }: AnswerHead): boolean {
  const type = headers['content-type']
  return (
    status === 200 &&
    typeof type === 'string' &&
    type.startsWith('text/event-stream') &&
    isPlain(headers['content-encoding'])
  )
}

function isPlain(encoding: string | string[] | undefined): boolean {
  return encoding === undefined || encoding === 'identity'
}

function tailOf(dialect: ClientDialect, chunks: Buffer[]): StreamTail {
  const tail = new StreamTail(dialect.terminals, dialect.lastFrameIsLong)
  for (const chunk of chunks) tail.push(chunk)
  return tail
}

/** One call to one target: send, head, chunks, end; every way it can break becomes a Failure. */
import type { IncomingMessage } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import type { Failure } from '../ir/failure.ts'
import { headerTexts, type HeaderList } from '../wire/headers.ts'
import { AnswerHead } from './answer-head.ts'
import type { Patience } from './patience.ts'
import type { Pools } from './pools.ts'
import { transportFailure } from './transport-error.ts'
import { Watch, type LatePhase, type Watched } from './watch.ts'

export interface Call {
  origin: string
  method: string
  /** Path and query. */
  path: string
  headers: HeaderList
  body: Buffer | IncomingMessage | null
}

/** What happens to a call, in this order: head, data*, then end or failure; a failure may come at any time, and is last. */
export interface CallListener {
  head(head: AnswerHead): void
  /** Whether it says something of an answer: pings, comments, empty deltas and the body of a refusal do not. Counts until the first that does. */
  data(chunk: Buffer, atMs: number): boolean
  /** When it last said something, epoch milliseconds; asked only when it may have been silent for too long. */
  lastWordAtMs(): number
  /** The model has begun to think and has not said that it ended; asked only when it is silent. */
  isThinking(): boolean
  end(): void
  failure(failure: Failure): void
  /** The listener itself threw; nothing follows. */
  fault(error: unknown): void
}

export interface Attempt {
  pause(): void
  resume(): void
  /** Ends the call at once; the listener hears nothing more. */
  abort(): void
}

export function startAttempt(
  pools: Pools,
  clock: Clock,
  patience: Patience,
  call: Call,
  listener: CallListener,
): Attempt {
  const handler = new AttemptHandler(clock, patience, call, listener)
  const { path, body } = call
  const headers = patience.milestones?.sent(call.headers) ?? call.headers
  pools.at(call.origin).dispatch({ method: call.method, path, headers, body }, handler)
  return handler
}

/**
 * A class, as undici calls the handler's methods on every chunk and a shape of closures would be made anew for each call. In undici 7's
 * own form of a handler: one of its newer form is wrapped, and has each head read once more into an object (~4 µs an answer together).
 */
class AttemptHandler implements Attempt, Dispatcher.DispatchHandler, Watched {
  readonly #clock: Clock
  readonly #listener: CallListener
  readonly #watch: Watch
  #giveUp: ((reason: Error) => void) | undefined
  #goOn: (() => void) | undefined
  #isPaused = false
  #isOver = false
  /** Something of an answer came, though it were one byte of its head. */
  #hasBegun = false
  /** Its answer is whole with its head (RFC 9112 6.3). */
  #hasNoBody = false

  constructor(clock: Clock, patience: Patience, { body }: Call, listener: CallListener) {
    this.#clock = clock
    this.#listener = listener
    this.#watch = new Watch(clock, patience, uploadMs(body), this)
  }

  /** undici has a connection, and writes the request to it next. */
  onConnect(abort: (reason?: Error) => void): void {
    this.#giveUp = abort
    if (this.#isOver) abort(abandoned)
    else this.#watch.connected()
  }

  /** The first byte of a head, be it of a 1xx. */
  onResponseStarted(): void {
    this.#hasBegun = true
  }

  /** Whether more may come at once, here and below. */
  onHeaders(status: number, raw: Buffer[], resume: () => void, statusMessage: string): boolean {
    this.#goOn = resume
    if (status < 200 || this.#isOver || this.#watch.hasHead) return true
    const atMs = this.#clock.now()
    this.#watch.headCame(atMs)
    this.#hasNoBody = status === 204 || status === 304
    try {
      this.#listener.head(new AnswerHead(atMs, status, statusMessage, headerTexts(raw)))
    } catch (error) {
      this.onFault(error)
    }
    return !this.#isPaused
  }

  onData(chunk: Buffer): boolean {
    if (this.#isOver || !this.#watch.hasHead) return true
    const nowMs = this.#clock.now()
    try {
      this.#watch.heard(nowMs, this.#listener.data(chunk, nowMs))
    } catch (error) {
      this.onFault(error)
    }
    return !this.#isPaused
  }

  onComplete(): void {
    if (this.#isOver) return
    this.#finish()
    try {
      this.#listener.end()
    } catch (error) {
      this.onFault(error)
    }
  }

  onError(error: Error): void {
    if (this.#isOver) return
    // undici looks for the length that a 304 states of what it does not send (RFC 9110 8.6).
    if (this.#hasNoBody) return this.onComplete()
    const hadAnswer = this.#hasBegun || this.#watch.hasHead
    const state = { hadAnswer, elapsedMs: this.#clock.now() - this.#watch.startedAtMs }
    this.#finish()
    try {
      this.#listener.failure(transportFailure(error, state))
    } catch (error) {
      this.onFault(error)
    }
  }

  pause(): void {
    this.#watch.pause()
    this.#isPaused = true
  }

  resume(): void {
    this.#watch.resume()
    if (!this.#isPaused) return
    this.#isPaused = false
    // The connection of one that is over may be another's by now.
    if (!this.#isOver) this.#goOn?.()
  }

  abort(): void {
    if (this.#isOver) return
    this.#finish()
    this.#giveUp?.(abandoned)
  }

  isThinking(): boolean {
    return this.#listener.isThinking()
  }

  lastWordAtMs(): number {
    return this.#listener.lastWordAtMs()
  }

  onTimeout(phase: LatePhase): void {
    this.abort()
    this.#listener.failure({ kind: 'timeout', phase, message: timeoutMessages[phase] })
  }

  /** A listener that throws must not leave its client waiting, nor pass for a broken connection: the exchange is told, the call ends. */
  onFault(error: unknown): void {
    this.abort()
    this.#listener.fault(error)
  }

  #finish(): void {
    this.#isOver = true
    this.#watch.stop()
  }
}

const timeoutMessages: { readonly [P in LatePhase]: string } = {
  connect: 'The connection was not made in time.',
  head: 'The target did not begin to answer in time.',
  'first-content': 'The target began to answer, but said nothing in time.',
  stall: 'The target fell silent in the middle of its answer.',
  exchange: 'The time for this answer is used up.',
}

/** A slow line is not a slow target: a body of many images may take a minute on its way. */
const slowestLineBytesPerMs = 125

function uploadMs(body: Call['body']): number {
  return Buffer.isBuffer(body) ? Math.ceil(body.length / slowestLineBytesPerMs) : 0
}

const abandoned = new Error('The call was given up.')

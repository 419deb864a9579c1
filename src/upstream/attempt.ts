/** One call to one target: send, head, chunks, end; every way it can break becomes a Failure. */
import type { IncomingMessage } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import type { HeaderMap } from '../dialects/dialect.ts'
import type { Failure } from '../ir/failure.ts'
import type { HeaderList } from '../wire/headers.ts'
import type { Pools } from './pools.ts'
import { transportFailure } from './transport-error.ts'

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
  data(chunk: Buffer): void
  end(): void
  failure(failure: Failure): void
  /** The listener itself threw; nothing follows. */
  fault(error: unknown): void
}

export interface AnswerHead {
  status: number
  statusMessage: string
  /** Lower-case names. */
  headers: HeaderMap
  /** As the target wrote them. */
  raw: HeaderList
}

/** How long a target may stay silent, in milliseconds. */
export interface Silence {
  /** From the call to the head of the answer. */
  headMs: number
  /** Between two chunks of the answer. */
  stallMs: number
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
  silence: Silence,
  call: Call,
  listener: CallListener,
): Attempt {
  const handler = new AttemptHandler(clock, silence, listener)
  const { path, headers, body } = call
  pools.at(call.origin).dispatch({ method: call.method, path, headers, body }, handler)
  return handler
}

/** A class, as undici calls the handler's methods on every chunk and a shape of closures would be made anew for each call. */
class AttemptHandler implements Attempt, Dispatcher.DispatchHandler {
  readonly #clock: Clock
  readonly #silence: Silence
  readonly #listener: CallListener
  #controller: Dispatcher.DispatchController | undefined
  #state: 'waiting' | 'answering' | 'over' = 'waiting'
  #paused = false
  #cancelTimer: () => void
  readonly #startedAtMs: number
  /** The last sign of life; until the head, when the call began. */
  #heardAtMs: number

  constructor(clock: Clock, silence: Silence, listener: CallListener) {
    this.#clock = clock
    this.#silence = silence
    this.#listener = listener
    this.#startedAtMs = clock.now()
    this.#heardAtMs = this.#startedAtMs
    this.#cancelTimer = this.#watch(Math.min(silence.headMs, silence.stallMs))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#state === 'over') controller.abort(abandoned)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HeaderMap,
    statusMessage = '',
  ): void {
    if (status < 200 || this.#state !== 'waiting') return
    this.#state = 'answering'
    this.#heardAtMs = this.#clock.now()
    const head = { status, statusMessage, headers, raw: rawHeaders(controller.rawHeaders) }
    try {
      this.#listener.head(head)
    } catch (error) {
      this.#fault(error)
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#state !== 'answering') return
    this.#heardAtMs = this.#clock.now()
    try {
      this.#listener.data(chunk)
    } catch (error) {
      this.#fault(error)
    }
  }

  onResponseEnd(): void {
    if (this.#state === 'over') return
    this.#finish()
    try {
      this.#listener.end()
    } catch (error) {
      this.#fault(error)
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#state === 'over') return
    const state = { hadAnswer: this.#state === 'answering', elapsedMs: this.#clock.now() - this.#startedAtMs }
    this.#finish()
    try {
      this.#listener.failure(transportFailure(error, state))
    } catch (error) {
      this.#fault(error)
    }
  }

  pause(): void {
    this.#paused = true
    this.#controller?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#heardAtMs = this.#clock.now()
    this.#controller?.resume()
  }

  abort(): void {
    if (this.#state === 'over') return
    this.#finish()
    this.#controller?.abort(abandoned)
  }

  /** A listener that throws must not leave its client waiting, nor pass for a broken connection: the exchange is told, the call ends. */
  #fault(error: unknown): void {
    this.abort()
    this.#listener.fault(error)
  }

  #finish(): void {
    this.#state = 'over'
    this.#cancelTimer()
  }

  /** One timer an attempt: head and chunks only note the time, so that neither costs a timer (a few ns instead of ~200). */
  #watch(ms: number): () => void {
    return this.#clock.after(ms, () => {
      const leftMs = this.#leftMs()
      if (leftMs <= 0) this.#giveUp(this.#state === 'waiting' ? 'head' : 'stall')
      // Never further ahead than a stall could be due: the head may come in the meantime.
      else this.#cancelTimer = this.#watch(Math.min(leftMs, this.#silence.stallMs))
    })
  }

  /** While the client is slow, the silence is not the target's. */
  #leftMs(): number {
    const { headMs, stallMs } = this.#silence
    const silentMs = this.#paused ? 0 : this.#clock.now() - this.#heardAtMs
    return (this.#state === 'waiting' ? headMs : stallMs) - silentMs
  }

  #giveUp(phase: 'head' | 'stall'): void {
    this.abort()
    this.#listener.failure({ kind: 'timeout', phase, message: `The target stayed silent for too long (${phase}).` })
  }
}

const abandoned = new Error('The call was given up.')

function rawHeaders(raw: Dispatcher.DispatchController['rawHeaders']): HeaderList {
  if (!Array.isArray(raw)) return []
  return raw.map((entry) => (typeof entry === 'string' ? entry : entry.toString('latin1')))
}

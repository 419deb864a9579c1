/** A reply that can begin before anybody has answered, so that a client who waits for its stream sees signs of life. */
import type { Clock } from '../../clock.ts'
import type { ClientDialectName } from '../../dialects/dialect.ts'
import { clientDialects } from '../../dialects/registry.ts'
import type { Failure } from '../../ir/failure.ts'
import type { HeaderList } from '../../wire/headers.ts'
import { commentOf } from './signs-of-life.ts'
import type { Reply } from './reply.ts'

type State =
  /** Nothing was sent. */
  | 'untouched'
  /** A stream with nothing in it but signs of life: its head can say nothing more. */
  | 'waiting'
  | 'answering'
  /** Nothing may be written any more between the lines: an answer that is whole, or no stream, or that is over. */
  | 'closed'

export class EarlyReply implements Reply {
  readonly #reply: Reply
  readonly #dialect: ClientDialectName
  readonly #clock: Clock
  #state: State = 'untouched'
  /** It came where a stream was begun, and cannot be written into one. */
  #isNoStream = false
  #silentSinceMs: number

  constructor(reply: Reply, dialect: ClientDialectName, clock: Clock, silentSinceMs: number) {
    this.#reply = reply
    this.#dialect = dialect
    this.#clock = clock
    this.#silentSinceMs = silentSinceMs
  }

  get isGone(): boolean {
    return this.#reply.isGone
  }

  /** Since when the client has seen nothing. */
  get silentSinceMs(): number {
    return this.#silentSinceMs
  }

  /** Its head was sent to show a sign of life: whatever follows has to be told within it. */
  get isBegun(): boolean {
    return this.#state === 'waiting'
  }

  /** A target sent the head of its stream, and will not send its answer. */
  takeOver(): void {
    this.#state = 'waiting'
  }

  /** `sign` stands between two frames. */
  keepAlive(sign: string): void {
    if (this.#state === 'closed') return
    if (this.#state === 'untouched') {
      this.#state = 'waiting'
      const { streamType } = clientDialects[this.#dialect]
      this.#reply.head(200, 'OK', ['content-type', streamType, 'cache-control', 'no-cache'])
    }
    this.write(sign)
  }

  onGone(callback: () => void): void {
    this.#reply.onGone(callback)
  }

  onDrain(callback: () => void): void {
    this.#reply.onDrain(callback)
  }

  head(status: number, statusMessage: string, headers: HeaderList): void {
    const isStream = valueOf(headers, 'content-type').startsWith(typeOf(this.#dialect))
    if (this.#state === 'waiting') {
      this.#isNoStream = !isStream
      const told = commentOf(this.#dialect, ownHeaders(headers))
      if (isStream && told !== '') this.#reply.write(told)
    } else this.#reply.head(status, statusMessage, headers)
    this.#state = isStream ? 'answering' : 'closed'
  }

  flushHead(): void {
    if (!this.#isNoStream) this.#reply.flushHead()
  }

  write(chunk: Buffer | string): boolean {
    this.#silentSinceMs = this.#clock.now()
    return this.#isNoStream || this.#reply.write(chunk)
  }

  end(chunk?: Buffer | string): void {
    this.#state = 'closed'
    this.#reply.end(this.#isNoStream ? clientDialects[this.#dialect].encodeFailureFrame(noStream) : chunk)
  }

  abort(): void {
    this.#state = 'closed'
    this.#reply.abort()
  }
}

const noStream: Failure = { kind: 'malformed-answer', message: 'The answer was no stream, though one was asked for.' }

function typeOf(dialect: ClientDialectName): string {
  return clientDialects[dialect].streamType.split(';')[0] ?? ''
}

function ownHeaders(headers: HeaderList): HeaderList {
  return headers.filter((_, at) => (headers[at - (at % 2)] ?? '').toLowerCase().startsWith('x-trooper-'))
}

function valueOf(headers: HeaderList, name: string): string {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at === -1 ? '' : (headers[at + 1] ?? '')
}

/** The client's end of a short exchange, with a witness: the client has the answer when the witness is done with it. */
import { headerOf, type HeaderList } from '../../wire/headers.ts'
import type { Reply } from './reply.ts'

/** `unseen`: it was asked for, and its answer never came whole or cannot be read. */
export type Witnessed = { status: number; text: string } | 'unseen'

export class WitnessedReply implements Reply {
  readonly #reply: Reply
  readonly #witness: (answer: Witnessed) => Promise<void>
  readonly #chunks: Buffer[] = []
  #head: { status: number; statusMessage: string; headers: HeaderList } | undefined

  /** `witness` is called once. */
  constructor(reply: Reply, witness: (answer: Witnessed) => Promise<void>) {
    this.#reply = reply
    this.#witness = witness
  }

  get isGone(): boolean {
    return this.#reply.isGone
  }

  onGone(callback: () => void): void {
    this.#reply.onGone(() => {
      this.#tell('unseen', () => {})
      callback()
    })
  }

  onDrain(): void {}

  head(status: number, statusMessage: string, headers: HeaderList): void {
    this.#head = { status, statusMessage, headers }
  }

  flushHead(): void {}

  write(chunk: Buffer | string): boolean {
    this.#chunks.push(Buffer.from(chunk))
    return true
  }

  end(chunk?: Buffer | string): void {
    if (chunk !== undefined) this.write(chunk)
    const body = Buffer.concat(this.#chunks)
    this.#tell(this.#read(body), () => {
      this.#open()
      this.#reply.end(body)
    })
  }

  abort(): void {
    this.#tell('unseen', () => {
      this.#open()
      this.#reply.write(Buffer.concat(this.#chunks))
      this.#reply.abort()
    })
  }

  #read(body: Buffer): Witnessed {
    if (!this.#head || headerOf(this.#head.headers, 'content-encoding') !== undefined) return 'unseen'
    return { status: this.#head.status, text: body.toString('utf8') }
  }

  #open(): void {
    if (this.#head) this.#reply.head(this.#head.status, this.#head.statusMessage, this.#head.headers)
  }

  /** A witness that fails costs what it would have noted, not the answer. */
  #tell(answer: Witnessed, give: () => void): void {
    this.#witness(answer).then(give, give)
  }
}

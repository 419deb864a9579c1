/** The client's side of an exchange: its reply, what it has of an answer, and how it is told that there will be no more of it. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import { clientDialects } from '../dialects/registry.ts'
import type { Failure } from '../ir/failure.ts'
import { boundRetryAfter, retryHeaders } from './errors.ts'
import { afterHead, openEarly, type EarlyReply } from './signs-of-life.ts'
import type { OpenAnswer } from './open-answer.ts'
import type { Services } from './outcome.ts'
import { giveJson, type HeldAnswer, type Reply } from './reply.ts'

export class ClientSide {
  readonly #services: Services
  readonly #dialect: ClientDialectName
  #reply: Reply
  /** Set when the client's stream was begun before anybody answered. */
  #early: EarlyReply | undefined
  /** The client has its beginning; whoever is asked now goes on with it. */
  answer: OpenAnswer | undefined

  constructor(services: Services, dialect: ClientDialectName, reply: Reply) {
    this.#services = services
    this.#dialect = dialect
    this.#reply = reply
  }

  /** Where whoever is asked next writes to. */
  get reply(): Reply {
    return this.#reply
  }

  /** Shows a stream that waits a sign of life; the first one begins it. */
  keepAlive(): void {
    this.#early ??= openEarly(this.#reply, this.#dialect)
    if (!this.#early) return
    this.#early.keepAlive()
    this.#reply = this.#early
  }

  /** A target began the stream, and left it without a word of an answer. */
  begun(): void {
    this.#early ??= afterHead(this.#reply, this.#dialect)
    if (this.#early) this.#reply = this.#early
  }

  /** An error in the place of an answer of which nothing was sent: the target's own words where it gave any. */
  give(reply: Reply, original: HeldAnswer | undefined, failure: Failure): void {
    if (reply.isGone) return
    if (this.#early) return this.#early.fail(failure)
    if (original) {
      const { status, statusMessage, headers, body } = boundRetryAfter(original, failure.kind === 'quota-spent')
      reply.head(status, statusMessage, headers)
      return reply.end(body)
    }
    const { status, body } = clientDialects[this.#dialect].encodeFailure(failure)
    giveJson(reply, failure.status ?? status, body, retryHeaders(failure, this.#services.clock.now()))
  }

  /** An error within an answer that has begun. */
  tell(answer: OpenAnswer, failure: Failure): void {
    answer.event({ type: 'failure', failure })
    answer.flush()
  }
}

/** The client's side of an exchange: its reply, what it has of an answer, and how it is told that there will be no more of it. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import { clientDialects } from '../dialects/registry.ts'
import type { Failure } from '../ir/failure.ts'
import type { Draft } from './translate/draft.ts'
import { EarlyReply } from './reply/early-reply.ts'
import { boundRetryAfter, retryHeaders } from './errors.ts'
import type { OpenAnswer } from './translate/open-answer.ts'
import type { Services } from './outcome.ts'
import { giveJson, type HeldAnswer, type Reply } from './reply/reply.ts'
import { longestOnComments } from './reply/signs-of-life.ts'

export class ClientSide {
  readonly #services: Services
  readonly #dialect: ClientDialectName
  readonly #sinceMs: number
  #reply: Reply
  /** Set when the client's stream may have to be begun before anybody has answered. */
  #early: EarlyReply | undefined
  /** Set once somebody was asked whose answer is written anew. */
  #draft: Draft | undefined
  /** Beside others, so that any of them may turn out to be the answer. */
  #relays = 0
  /** It has seen nothing but comments since. */
  #wordlessSinceMs: number
  /** The client has its beginning; whoever is asked now goes on with it. */
  answer: OpenAnswer | undefined

  constructor(services: Services, dialect: ClientDialectName, reply: Reply, nowMs: number) {
    this.#services = services
    this.#dialect = dialect
    this.#reply = reply
    this.#sinceMs = nowMs
    this.#wordlessSinceMs = nowMs
  }

  /** Where whoever is asked next writes to. */
  get reply(): Reply {
    return this.#reply
  }

  /** From here on the client's stream may be begun at any time. */
  expectToWait(): EarlyReply {
    this.#early ??= new EarlyReply(this.#reply, this.#dialect, this.#services.clock, this.#sinceMs)
    this.#reply = this.#early
    return this.#early
  }

  /** The answer of whoever is asked now is going to be written into this. */
  expectDraft(draft: Draft): void {
    this.#draft = draft
  }

  /** The client knows its answer by an id of Trooper's: nobody's bytes can be passed on to it any more. */
  get isBound(): boolean {
    return this.#draft?.stream.hasBegun() ?? false
  }

  /**
   * While this may be the answer, which then comes under its provider's id, the client is told nothing under another one: in a Responses
   * stream every event belongs to a response, `response.in_progress` too, and only comments are nobody's (Codex waits 300 s on those).
   */
  async expectRelay<T>(relayed: Promise<T>): Promise<T> {
    this.#relays += 1
    try {
      return await relayed
    } finally {
      this.#relays -= 1
    }
  }

  /**
   * It will soon leave, as comments are no sign of life to it (Codex: 300 s, real-clients.md 3), and more than them it is shown only once
   * nobody's bytes may be its answer any more: then whoever is at work has to be the one. A client that is still there after that time
   * does not mind.
   */
  isStarving(): boolean {
    if (this.#dialect !== 'openai-responses' || this.#relays === 0 || !this.#draft || this.answer) return false
    const wordlessMs = this.#services.clock.now() - this.#wordlessSinceMs
    return wordlessMs >= longestOnComments.warningMs && wordlessMs < longestOnComments.endMs
  }

  /** Since when the client has seen nothing. */
  silentSinceMs(): number {
    return Math.max(this.#sinceMs, this.#early?.silentSinceMs ?? 0, this.answer?.silentSinceMs() ?? 0)
  }

  /** Shows a stream that waits a sign of life; the first one begins it. `mayBind`: no answer need be passed on as it is after that. */
  keepAlive(mayBind: boolean): void {
    if (this.#reply.isGone) return
    if (this.answer) return this.answer.keepAlive()
    const draft = mayBind && this.#relays === 0 ? this.#draft : undefined
    if (draft) this.#wordlessSinceMs = this.#services.clock.now()
    const sign = draft ? draft.stream.sign(draft.identity) : clientDialects[this.#dialect].sign
    if (sign !== undefined) this.expectToWait().keepAlive(sign)
  }

  /** A target began the stream, and left it without a word of an answer. */
  begun(): void {
    this.expectToWait().takeOver()
  }

  /** An error in the place of an answer of which nothing was sent: the target's own words where it gave any. */
  give(reply: Reply, original: HeldAnswer | undefined, failure: Failure): void {
    if (reply.isGone) return
    if (this.#early?.isBegun) return reply.end(this.#failureFrame(failure))
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

  #failureFrame(failure: Failure): string {
    if (!this.#draft?.stream.hasBegun()) return clientDialects[this.#dialect].encodeFailureFrame(failure)
    const { stream, identity } = this.#draft
    return stream.createEncoder(identity)({ type: 'failure', failure })
  }
}

/** Notes who answered and what it used, of an answer whose bytes are passed on: a few searches at its beginning and its end (~2 µs). */
import type { ClientDialect } from '../../dialects/dialect.ts'
import type { Usage } from '../../ir/events.ts'
import { modelOfFrames, modelOfWhole, usageIn } from '../../wire/answer-glance.ts'
import type { Frame } from '../../wire/sse.ts'
import type { AttemptRecord } from '../record.ts'
import type { WholeBody } from './whole-body.ts'

/** In bytes, of some dozens of answers. */
const mostKept = 16 * 1024

export class AnswerNotes {
  readonly #dialect: Pick<ClientDialect, 'decodeUsage'>
  readonly #record: AttemptRecord
  /** Messages states its prompt at the beginning of a stream (providers.md 3.2). */
  #begun: Usage = {}

  constructor(dialect: Pick<ClientDialect, 'decodeUsage'>, record: AttemptRecord) {
    this.#dialect = dialect
    this.#record = record
  }

  /** Later, where no more than a little text has to be kept for it. */
  whole(body: WholeBody): void {
    const [beginning, end] = [body.beginning(), body.end()]
    const read = (): void => {
      this.#record.answersAs(modelOfWhole(beginning))
      this.#record.used(this.#usageIn(end) ?? {})
    }
    if (body.length <= mostKept) this.#record.later(read)
    else read()
  }

  /** What came of a stream before it said anything. */
  begun(chunks: readonly Buffer[]): void {
    const text = chunks.map((chunk) => chunk.toString('latin1')).join('')
    this.#record.answersAs(modelOfFrames(text))
    this.#begun = this.#usageIn(text) ?? {}
  }

  /** The last frames of a stream, also of one that broke off. */
  ended(frames: readonly Frame[]): void {
    let usage: Usage | undefined
    for (let at = frames.length - 1; at >= 0 && !usage; at -= 1) usage = this.#usageIn(frames[at]?.data ?? '')
    this.#record.used({ ...this.#begun, ...usage })
  }

  #usageIn(text: string): Usage | undefined {
    const usage = usageIn(text)
    return usage && this.#dialect.decodeUsage(usage)
  }
}

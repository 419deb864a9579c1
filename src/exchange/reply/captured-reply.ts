/** The client's end of an exchange, with somebody who reads along (`CAPTURE`). */
import type { AnswerCapture } from '../../observe/journal/capture.ts'
import { ReplyBefore } from './reply-before.ts'
import type { Reply } from './reply.ts'

export class CapturedReply extends ReplyBefore {
  readonly #capture: AnswerCapture

  constructor(reply: Reply, capture: AnswerCapture) {
    super(reply)
    this.#capture = capture
  }

  override write(chunk: Buffer | string): boolean {
    this.#capture.take(chunk)
    return super.write(chunk)
  }

  override end(chunk?: Buffer | string): void {
    if (chunk !== undefined) this.#capture.take(chunk)
    super.end(chunk)
  }
}

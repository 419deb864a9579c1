/** The client's end of an exchange for one attempt, with somebody who wants to know what happens at it. */
import type { HeaderList } from '../../wire/headers.ts'
import { ReplyBefore } from './reply-before.ts'
import type { Reply } from './reply.ts'

interface Watch {
  /** The answer has reached the client. */
  onBegin?: () => void
  /** What the client is told beside it. */
  headers?: HeaderList
}

export class WatchedReply extends ReplyBefore {
  readonly #watch: Watch

  constructor(reply: Reply, watch: Watch) {
    super(reply)
    this.#watch = watch
  }

  override head(status: number, statusMessage: string, own: HeaderList): void {
    const { headers = [], onBegin } = this.#watch
    super.head(status, statusMessage, [...own, ...headers])
    onBegin?.()
  }
}

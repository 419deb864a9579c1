/** The client's end of an exchange for one attempt, with somebody who wants to know what happens at it. */
import type { HeaderList } from '../wire/headers.ts'
import type { Reply } from './reply.ts'

export interface Watch {
  /** The answer has reached the client. */
  onBegin?: () => void
  /** What the client is told beside it. */
  headers?: HeaderList
}

export function watchReply(reply: Reply, { onBegin, headers = [] }: Watch): Reply {
  return {
    get isGone() {
      return reply.isGone
    },
    onGone: (callback) => reply.onGone(callback),
    head: (status, statusMessage, own) => {
      reply.head(status, statusMessage, [...own, ...headers])
      onBegin?.()
    },
    flushHead: () => reply.flushHead(),
    write: (chunk) => reply.write(chunk),
    onDrain: (callback) => reply.onDrain(callback),
    end: (chunk) => reply.end(chunk),
    abort: () => reply.abort(),
  }
}

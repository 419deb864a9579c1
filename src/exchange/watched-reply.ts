/** The client's end of an exchange for one attempt, with somebody who wants to know what happens at it. */
import type { HeaderMap } from '../dialects/dialect.ts'
import type { HeaderList } from '../wire/headers.ts'
import type { Reply } from './reply.ts'

export interface Watch {
  /** The answer has reached the client. */
  onBegin?: () => void
  /** What the target says beside its answer, whichever dialect that has. */
  onHeaders?: (headers: HeaderMap) => void
  /** What the client is told beside it. */
  headers?: HeaderList
}

export function watchReply(reply: Reply, { onBegin, onHeaders, headers = [] }: Watch): Reply {
  return {
    get isGone() {
      return reply.isGone
    },
    onGone: (callback) => reply.onGone(callback),
    heard: (said) => {
      onHeaders?.(said)
      reply.heard?.(said)
    },
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

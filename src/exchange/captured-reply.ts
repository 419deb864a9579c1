/** The client's end of an exchange, with somebody who reads along (`CAPTURE`). */
import type { AnswerCapture } from '../observe/capture.ts'
import type { Reply } from './reply.ts'

export function captureReply(reply: Reply, capture: AnswerCapture): Reply {
  return {
    get isGone() {
      return reply.isGone
    },
    onGone: (callback) => reply.onGone(callback),
    head: (status, statusMessage, headers) => reply.head(status, statusMessage, headers),
    flushHead: () => reply.flushHead(),
    write: (chunk) => {
      capture.take(chunk)
      return reply.write(chunk)
    },
    onDrain: (callback) => reply.onDrain(callback),
    end: (chunk) => {
      if (chunk !== undefined) capture.take(chunk)
      reply.end(chunk)
    },
    abort: () => reply.abort(),
  }
}

/** The client's end of an exchange, as the exchange sees it. The first `head` is the point of no return. */
import type { Attempt } from '../../upstream/attempt.ts'
import type { JsonObject } from '../../ir/json.ts'
import type { HeaderList } from '../../wire/headers.ts'

export interface Reply {
  /** The client left before its answer was whole. */
  readonly isGone: boolean
  /** Calls back at most once, when the client leaves; the latest callback counts. */
  onGone(callback: () => void): void
  head(status: number, statusMessage: string, headers: HeaderList): void
  /** Sends the head by itself: what follows may be long in coming. */
  flushHead(): void
  /** False when the client reads slower than the target writes: pause until `onDrain`. */
  write(chunk: Buffer | string): boolean
  /** The latest callback counts. */
  onDrain(callback: () => void): void
  end(chunk?: Buffer | string): void
  /** Breaks the connection: the only honest end of a body whose length was promised and cannot be kept. */
  abort(): void
}

/** Ends an attempt when its client leaves, and lets it go on when the client has read what it was sent. */
export function follow(reply: Reply, attempt: Attempt, onGone: () => void): void {
  reply.onGone(() => {
    onGone()
    attempt.abort()
  })
  reply.onDrain(() => attempt.resume())
}

/** An answer of a target, whole and not yet given to the client. */
export interface HeldAnswer {
  status: number
  statusMessage: string
  headers: HeaderList
  body: Buffer
}

export function giveJson(reply: Reply, status: number, body: JsonObject, headers: HeaderList = []): void {
  const text = JSON.stringify(body)
  const length = String(Buffer.byteLength(text))
  reply.head(status, '', ['content-type', 'application/json', 'content-length', length, ...headers])
  reply.end(text)
}

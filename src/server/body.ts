/** Reads a request body once, into memory, with a limit. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Gathered } from './gathered.ts'

export type BodyRead = { ok: true; body: Buffer } | { ok: false; problem: 'too-large' | 'client-gone' }

/** Calls back exactly once, also when the client leaves in the middle. (A callback: a promise would cost every request two turns more.) */
export function readBody(request: IncomingMessage, maxBytes: number, onRead: (read: BodyRead) => void): void {
  // A declared length over the limit is refused before a byte of it is read.
  const stated = Number(request.headers['content-length'])
  if (stated > maxBytes) return onRead({ ok: false, problem: 'too-large' })
  let body = new Gathered(stated)
  let isOver = false
  const finish = (read: BodyRead): void => {
    if (isOver) return
    isOver = true
    onRead(read)
  }
  request.on('data', (chunk: Buffer) => {
    if (isOver) return
    body.push(chunk)
    if (body.length <= maxBytes) return
    body = nothing
    finish({ ok: false, problem: 'too-large' })
  })
  request.on('end', () => finish({ ok: true, body: body.whole() }))
  // An incoming message keeps its error to itself while nobody listens for it; its closing says enough.
  request.on('close', () => finish({ ok: false, problem: 'client-gone' }))
}

const nothing = new Gathered(0)

/** More than anybody means to send; what takes longer than the server's `requestTimeout` is cut off too. */
const mostDrained = 1024 ** 3

/** Throws away what a refused client still sends: one that is cut off while it sends reports that instead of the answer. */
export function drain(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > mostDrained) request.destroy()
  })
  request.resume()
}

/**
 * The end of an answer that closes its connection. It is there at once; its connection is not closed before the client has sent everything,
 * or has closed it itself: bytes that nobody reads would have the system throw the answer away on its way.
 */
export function endOnceSent(request: IncomingMessage, response: ServerResponse, text: string): void {
  if (request.complete) return void response.end(text)
  response.write(text)
  request.once('end', () => response.end())
  drain(request)
}

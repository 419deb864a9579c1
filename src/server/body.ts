/** Reads a request body once, into memory, with a limit. */
import type { IncomingMessage } from 'node:http'

export type BodyRead = { ok: true; body: Buffer } | { ok: false; problem: 'too-large' | 'client-gone' }

/** Calls back exactly once, also when the client leaves in the middle. (A callback: a promise would cost every request two turns more.) */
export function readBody(request: IncomingMessage, maxBytes: number, onRead: (read: BodyRead) => void): void {
  // A declared length over the limit is refused before a byte of it is read.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return onRead({ ok: false, problem: 'too-large' })
  const chunks: Buffer[] = []
  let bytes = 0
  let isOver = false
  const finish = (read: BodyRead): void => {
    if (isOver) return
    isOver = true
    onRead(read)
  }
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) finish({ ok: false, problem: 'too-large' })
    else chunks.push(chunk)
  })
  request.on('end', () => finish({ ok: true, body: joined(chunks) }))
  // An incoming message keeps its error to itself while nobody listens for it; its closing says enough.
  request.on('close', () => finish({ ok: false, problem: 'client-gone' }))
}

/** Throws away what a refused client still sends, up to a bound: one that is cut off while it sends reports that instead of the answer. */
export function drain(request: IncomingMessage, maxBytes: number): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) request.destroy()
  })
  request.resume()
}

function joined(chunks: Buffer[]): Buffer {
  const [only] = chunks
  return chunks.length === 1 && only ? only : Buffer.concat(chunks)
}

/** Reads a request body once, into memory, with a limit. */
import type { IncomingMessage } from 'node:http'

export type BodyRead = { ok: true; body: Buffer } | { ok: false; problem: 'too-large' | 'client-gone' }

/** Never rejects: a client that leaves in the middle is an answer like any other. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyRead> {
  // A declared length over the limit is refused before a byte of it is read.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes)
    return Promise.resolve({ ok: false, problem: 'too-large' })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) {
        request.pause()
        resolve({ ok: false, problem: 'too-large' })
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve({ ok: true, body: joined(chunks) }))
    // An incoming message keeps its error to itself while nobody listens for it; its closing says enough.
    request.on('close', () => resolve({ ok: false, problem: 'client-gone' }))
  })
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

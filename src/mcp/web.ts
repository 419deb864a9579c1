/** Requests and responses of `node:http` as those of the web standard, which the MCP package speaks. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** `body` was read before; `signal` says that the client left. */
export function toWebRequest(incoming: IncomingMessage, body: string, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  const mayHaveBody = method !== 'GET' && method !== 'HEAD'
  // Only its path counts; the guard has looked at the host.
  return new Request(new URL(url, 'http://localhost'), { method, headers, signal, ...(mayHaveBody && { body }) })
}

/** Resolves when the client has all of it, or has left. */
export async function give(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (!answer.body) return void response.end()
  const reader = answer.body.getReader()
  response.once('close', () => void reader.cancel().catch(() => {}))
  // The first word of a stream may be long in coming.
  response.flushHeaders()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (!response.write(piece.value)) await drained(response)
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}

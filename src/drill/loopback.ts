/** A small HTTP server on a loopback port of its own, as the simulated provider and the stand-in for a local model are. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** Ends every connection at once; from then on connecting is refused. */
  close(): Promise<void>
}

export interface Asked {
  method: string
  /** Without its query. */
  path: string
  body: string
  response: ServerResponse
}

export async function listenOnLoopback(answer: (asked: Asked) => Promise<void>): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    // Whoever asked is gone, or is told nothing: there is nobody to complain to.
    readAsked(request, response)
      .then(answer)
      .catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function readAsked(request: IncomingMessage, response: ServerResponse): Promise<Asked> {
  const { method = 'GET', url = '/' } = request
  return { method, path: url.split('?')[0] ?? '/', body: await text(request), response }
}

export function giveJson(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body)
}

/** Waits, but no longer than the caller does. */
export function pause(ms: number, response: ServerResponse): Promise<void> {
  if (ms === 0 || response.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      response.off('close', done)
      resolve()
    }
    response.on('close', done)
  })
}

export function untilGone(response: ServerResponse): Promise<void> {
  return response.destroyed ? Promise.resolve() : new Promise((resolve) => response.once('close', () => resolve()))
}

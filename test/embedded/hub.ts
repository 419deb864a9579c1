/** A hub of models on loopback, with as much of its API as the library asks for, that can hold back what it sends. */
import { createServer, type Server, type ServerResponse } from 'node:http'

export interface Hub {
  url: string
  /** Bytes of files sent so far. */
  readonly sentBytes: number
  /** No more than so many from now on, until it is let go on. */
  holdAt(bytes: number): void
  goOn(): void
  /** Resolves when everything that may be sent is. */
  held(): Promise<void>
  stop(): void
}

const pieceBytes = 64 * 1024

/** One model, `hf:user/tiny-GGUF:Q4_K_M`, whose file is `bytes`. */
export async function startHub(bytes: Buffer): Promise<Hub> {
  let sent = 0
  let limit = Number.POSITIVE_INFINITY
  const waiting = new Set<() => void>()
  const watchers = new Set<() => void>()

  const send = (response: ServerResponse, from: number, end: number): void => {
    if (response.destroyed) return
    if (from >= end) return void response.end()
    if (sent >= limit) {
      waiting.add(() => send(response, from, end))
      for (const watcher of watchers) watcher()
      return
    }
    const piece = bytes.subarray(from, Math.min(from + pieceBytes, end))
    sent += piece.length
    response.write(piece, () => send(response, from + piece.length, end))
  }

  const server: Server = createServer((request, response) => {
    if (request.url?.startsWith('/v2/')) {
      response.end(JSON.stringify({ ggufFile: { rfilename: 'tiny-Q4_K_M.gguf', size: bytes.length } }))
      return
    }
    const [, from = '0', to = String(bytes.length - 1)] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    const isPart = request.headers.range !== undefined
    response.writeHead(isPart ? 206 : 200, {
      'accept-ranges': 'bytes',
      'content-length': Number(to) - Number(from) + 1,
      etag: '"1"',
      ...(isPart && { 'content-range': `bytes ${from}-${to}/${bytes.length}` }),
    })
    if (request.method === 'HEAD') response.end()
    else send(response, Number(from), Number(to) + 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    get sentBytes() {
      return sent
    },
    holdAt: (bytes_) => void (limit = sent + bytes_),
    goOn: () => {
      limit = Number.POSITIVE_INFINITY
      for (const go of waiting) go()
      waiting.clear()
    },
    held: () =>
      new Promise((resolve) => {
        const check = (): void => {
          if (waiting.size === 0) return
          watchers.delete(check)
          resolve()
        }
        watchers.add(check)
        check()
      }),
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

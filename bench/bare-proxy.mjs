// The least a reverse proxy on node:http and undici can do: hop-by-hop headers removed, the body read into memory,
// backpressure, the call given up when the client leaves. No routes, no log, no judgement of answers.
// Usage: node bench/bare-proxy.mjs <origin of the upstream>
import { createServer } from 'node:http'
import { Pool } from 'undici'

const [origin] = process.argv.slice(2)

// As in src/upstream/pools.ts.
const pool = new Pool(origin, {
  headersTimeout: 0,
  bodyTimeout: 0,
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: 20_000,
  connect: { timeout: 5000 },
})

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** undici sets both itself. */
const ownToEachSide = new Set(['host', 'content-length', ...hopByHop])

const server = createServer({ keepAliveTimeout: 75_000, noDelay: true }, (request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => forward(request, response, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`))
// It must not outlive the benchmark, however that ends.
process.stdin.on('end', () => process.exit(0)).resume()

function forward(request, response, body) {
  const call = { method: request.method, path: request.url, headers: kept(request.rawHeaders, ownToEachSide), body }
  pool.dispatch(call, new Handler(response))
}

class Handler {
  #response
  #controller

  constructor(response) {
    this.#response = response
    response.on('close', () => {
      if (!response.writableFinished) this.#controller?.abort(new Error('The client left.'))
    })
    response.on('drain', () => this.#controller.resume())
  }

  onRequestStart(controller) {
    this.#controller = controller
    if (this.#response.destroyed) controller.abort(new Error('The client left.'))
  }

  onResponseStart(controller, status, _headers, statusMessage) {
    this.#response.writeHead(status, statusMessage, kept(controller.rawHeaders, hopByHop))
  }

  onResponseData(controller, chunk) {
    if (!this.#response.write(chunk)) controller.pause()
  }

  onResponseEnd() {
    this.#response.end()
  }

  onResponseError() {
    this.#response.destroy()
  }
}

/** Node gives names and values as strings, undici as buffers. */
function kept(raw, dropped) {
  const headers = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at].toString()
    if (!dropped.has(name.toLowerCase())) headers.push(name, raw[at + 1].toString('latin1'))
  }
  return headers
}

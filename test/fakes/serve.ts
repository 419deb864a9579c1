/** How every fake runs: loopback, a free port, one ready line, the admin paths, an end with its parent. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type * as z from 'zod'
import { Exchange } from './exchange.ts'
import { Gate } from './gate.ts'
import { Journal } from './journal.ts'

export interface Fake<Control> {
  control: z.ZodType<Control>
  apply(control: Control): void
  reset(): void
  answer(exchange: Exchange, journal: Journal): Promise<void>
  /** Whether a request to `path` with this body is to have its connection reset. */
  resets(path: string, body: string): boolean
}

/** Connections that have brought a request before. */
const kept = new WeakSet<Socket>()

export async function serve<Control>(fake: Fake<Control>): Promise<void> {
  const journal = new Journal()
  const gate = new Gate()
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    handle(fake, request, response, { journal, gate, server }).catch((error: unknown) => {
      // A fault of the fake itself must fail the test, not look like a fault of a provider.
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      request.socket.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The fake listens on no port.')
  process.stdin.once('end', () => process.exit(0)).resume()
  process.stdout.write(`${JSON.stringify({ port: address.port })}\n`)
}

async function handle<Control>(
  fake: Fake<Control>,
  request: IncomingMessage,
  response: ServerResponse,
  { journal, gate, server }: { journal: Journal; gate: Gate; server: Server },
): Promise<void> {
  const body = await readBody(request)
  if (body === undefined) return
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (!url.pathname.startsWith('/__')) {
    // Callers take that for a connection that was closed while it lay idle, and send the request once more: it is the one that is meant.
    if (kept.has(request.socket) && fake.resets(url.pathname, body.toString('utf8')))
      return void request.socket.resetAndDestroy()
    kept.add(request.socket)
    await fake.answer(new Exchange(request, response, body, journal, gate), journal)
    return
  }
  const reply = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
  switch (url.pathname) {
    case '/__control':
    case '/__reset': {
      const control = fake.control.safeParse(JSON.parse(body.toString('utf8')))
      if (!control.success) return reply(400, { error: control.error.message })
      if (url.pathname === '/__reset') {
        fake.reset()
        gate.release()
        journal.clear()
      }
      fake.apply(control.data)
      return reply(200, {})
    }
    case '/__log':
      return reply(200, await journal.newerThan(Number(url.searchParams.get('after') ?? '-1')))
    case '/__release':
      gate.release()
      return reply(200, {})
    case '/__hang-up':
      response.once('close', () => server.closeAllConnections())
      return reply(200, {})
    default:
      return reply(404, { error: 'no such admin path' })
  }
}

/** The whole body; `undefined` when the caller left before its end. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  } catch {
    return undefined
  }
  return Buffer.concat(chunks)
}

/** The `node:http` server: limits, routing of each request, graceful stop. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { clientDialects } from '../dialects/registry.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import { runExchange } from '../exchange/exchange.ts'
import type { Services } from '../exchange/outcome.ts'
import { passThrough } from '../exchange/passthrough.ts'
import type { Failure } from '../ir/failure.ts'
import { asksForStream } from '../wire/top-level.ts'
import { readBody } from './body.ts'
import { refuse, type GuardRules } from './guard.ts'
import { HttpReply } from './reply.ts'
import { findRoute, type Route } from './routes.ts'

export interface ServerSettings {
  rules: GuardRules
  tokenMatches: (given: string) => boolean
  maxBodyBytes: number
  version: string
}

export function createHttpServer(services: Services, settings: ServerSettings): Server {
  const server = createServer(
    {
      // Agents put metadata of a kilobyte and more into headers (real-clients.md 3).
      maxHeaderSize: 64 * 1024,
      headersTimeout: 20_000,
      // A body of many megabytes over a slow line; the answer may take as long as it likes.
      requestTimeout: 300_000,
      // Longer than clients keep theirs, so that it is not Trooper who closes under a request on its way.
      keepAliveTimeout: 75_000,
      noDelay: true,
    },
    (request, response) => {
      handle(services, settings, request, response).catch((error: unknown) => failInside(services, response, error))
    },
  )
  server.on('upgrade', (request, socket) => refuseUpgrade(settings, request, socket))
  server.on('clientError', (_error, socket) =>
    answerRaw(socket, '400 Bad Request', 'This is no HTTP request that Trooper understands.'),
  )
  return server
}

async function handle(
  services: Services,
  settings: ServerSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const route = findRoute(method, url, false)
  const refusal = refuse(settings.rules, guarded(request), settings.tokenMatches)
  if (refusal && !isProbe(route)) return answerProblem(response, route, refusal.status, refusal.sentence)
  switch (route.to) {
    case 'own':
      return answerJson(response, 200, { name: 'trooper', version: settings.version, status: 'ok' })
    case 'conversation':
      return converse(services, settings, request, response, route.dialect, route.query)
    case 'provider': {
      const [primary] = services.chain
      if (primary)
        passThrough(
          services,
          request,
          { method, path: route.path, query: route.query },
          primary,
          new HttpReply(response),
        )
      return
    }
    case 'upgrade-refused':
    case 'not-found':
      return answerProblem(
        response,
        route,
        404,
        `Trooper has nothing at ${method} ${printable(url)}; use the provider's own paths, for example /v1/messages.`,
      )
  }
}

async function converse(
  services: Services,
  settings: ServerSettings,
  request: IncomingMessage,
  response: ServerResponse,
  dialect: ClientDialectName,
  query: string,
): Promise<void> {
  const reply = new HttpReply(response)
  const read = await readBody(request, settings.maxBodyBytes)
  if (!read.ok) {
    if (read.problem === 'too-large') {
      const mib = settings.maxBodyBytes / 1024 / 1024
      // The rest of the body is not read, so the connection cannot serve another request.
      response.setHeader('connection', 'close')
      answerProblem(
        response,
        { to: 'conversation', dialect, query },
        413,
        `The request is larger than ${mib} MiB; raise TROOPER_MAX_BODY_MB if it is meant to be.`,
      )
    }
    return
  }
  const path = (request.url ?? '').split('?')[0] ?? ''
  services.log.info(`📥 POST ${path} (stream=${asksForStream(read.body)})`)
  await runExchange(services, { dialect, query, headers: request.rawHeaders, body: read.body }, reply)
}

function guarded({ headers }: IncomingMessage) {
  const key = headers['x-api-key']
  return {
    host: headers.host,
    origin: headers.origin,
    fetchSite: single(headers['sec-fetch-site']),
    fetchMode: single(headers['sec-fetch-mode']),
    authorization: headers.authorization,
    apiKey: single(key),
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

/** Health checks carry no token; they say nothing and spend nothing. */
function isProbe(route: Route): boolean {
  return route.to === 'own' && route.page !== 'root'
}

/** A refusal in the client's own dialect where the path names one. */
function answerProblem(response: ServerResponse, route: Route, status: number, sentence: string): void {
  if (route.to !== 'conversation')
    return answerJson(response, status, { error: { type: 'trooper_error', message: sentence } })
  const failure: Failure = { kind: kindOf(status), message: sentence, status }
  answerJson(response, status, clientDialects[route.dialect].encodeFailure(failure).body)
}

function kindOf(status: number): 'bad-key' | 'forbidden' | 'bad-request' {
  if (status === 401) return 'bad-key'
  return status === 403 ? 'forbidden' : 'bad-request'
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function refuseUpgrade(settings: ServerSettings, request: IncomingMessage, socket: Duplex): void {
  const refusal = refuse(settings.rules, guarded(request), settings.tokenMatches)
  if (refusal) return answerRaw(socket, refusal.status === 401 ? '401 Unauthorized' : '403 Forbidden', refusal.sentence)
  const route = findRoute(request.method ?? 'GET', request.url ?? '/', true)
  if (route.to === 'upgrade-refused')
    return answerRaw(socket, '426 Upgrade Required', 'Trooper speaks HTTP here; send the same request as POST.')
  answerRaw(socket, '404 Not Found', 'Trooper has no WebSocket here.')
}

function answerRaw(socket: Duplex, status: string, sentence: string): void {
  socket.on('error', () => {})
  if (!socket.writable) return
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(sentence)}\r\nconnection: close`
  socket.end(`${head}\r\n\r\n${sentence}`)
}

/** A fault of Trooper's own: said without a stack trace, and the exchange ends. */
function failInside(services: Services, response: ServerResponse, error: unknown): void {
  services.log.error(
    `❌ A request failed inside Trooper (${error instanceof Error ? error.name : 'unknown'}); please report it.`,
  )
  if (response.headersSent) response.destroy()
  else
    answerJson(response, 500, {
      type: 'error',
      error: { type: 'api_error', message: 'Trooper failed inside; its log says more.' },
    })
}

function printable(text: string): string {
  return (text.split('?')[0] ?? '').replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200)
}

/** The `node:http` server: limits, routing of each request, graceful stop. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { leadToPage, wantsPage, type Assets } from '../admin/assets.ts'
import type { Checked, TokenCheck } from '../admin/guesses.ts'
import type { Api } from '../admin/open.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import { runExchange } from '../exchange/exchange.ts'
import type { Services } from '../exchange/outcome.ts'
import { changeAt, passChange, type Change } from '../exchange/responses/conversation-changes.ts'
import { keptResponseAt, readKept } from '../exchange/responses/kept-response.ts'
import type { OllamaFact } from '../dialects/ollama/facts.ts'
import { answerFact } from '../exchange/local/ollama-facts.ts'
import { passThrough } from '../exchange/passthrough.ts'
import { accountAt } from '../exchange/payer.ts'
import { questionAt } from '../exchange/question.ts'
import { parseJson } from '../ir/json.ts'
import { challengeHeader, proofHeader } from '../state/install-proof.ts'
import type { McpEndpoint } from '../mcp/endpoint.ts'
import { asksForStream } from '../wire/top-level.ts'
import { createAnnouncer, type Announce } from './announce.ts'
import { readBody, type BodyRead } from './body.ts'
import { refuse, type GuardRules, type Refusal } from './guard.ts'
import { createUnreadableTeller, readPlainBody, type PlainRead } from './plain-body.ts'
import { answerJson, answerProblem, failExchange, failInside, refuseRest } from './problems.ts'
import { HttpReply } from './reply.ts'
import { findRoute, type Route } from './routes.ts'
import { speakMcp } from './speak-mcp.ts'
import { tellMetrics } from './tell-metrics.ts'

export interface ServerSettings {
  rules: GuardRules
  checkToken: TokenCheck
  maxBodyBytes: number
  version: string
  api: Pick<Api, 'handle' | 'pageCookie' | 'prove'>
  /** The files of the page. */
  assets: Assets
  /** Trooper's own tools, for agents. */
  mcp: McpEndpoint
}

interface Serving extends ServerSettings {
  /** The rules for what shows nothing, or judges tokens itself. */
  tokenless: GuardRules
  /** A request came compressed so. */
  tellUnreadable: (encoding: string) => void
  announce: Announce
}

export function createHttpServer(services: Services, settings: ServerSettings): Server {
  const tokenless = { ...settings.rules, needsToken: false }
  const serving: Serving = {
    ...settings,
    tokenless,
    tellUnreadable: createUnreadableTeller(services.log),
    announce: createAnnouncer(services.log),
  }
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
      try {
        handle(services, serving, request, response)
      } catch (error) {
        failInside(services, response, error)
      }
    },
  )
  server.on('clientError', (error, socket) => refuseNoise(error, socket))
  return server
}

function handle(services: Services, settings: Serving, request: IncomingMessage, response: ServerResponse): void {
  const { method = 'GET', url = '/' } = request
  const route = findRoute(method, url, isWebSocket(request))
  // Its own pages are shown without a token, and the API looks at tokens itself.
  const rules = route.to === 'own' || route.to === 'api' ? settings.tokenless : settings.rules
  const check = (given: readonly string[]): Checked => settings.checkToken(given, request.socket.remoteAddress)
  const refusal = refuse(rules, guarded(request), check, route.to === 'own')
  if (route.to === 'api') return settings.api.handle(request, response, route, refusal?.sentence)
  if (refusal) return refuseGuarded(response, route, refusal)
  switch (route.to) {
    case 'own':
      if (route.page === 'dashboard')
        return settings.assets.answer(request, response, route.path, settings.api.pageCookie())
      if (route.page === 'root' && wantsPage(request)) return leadToPage(response)
      proveItself(settings, request, response)
      return answerJson(response, 200, { name: 'trooper', version: settings.version, status: 'ok' })
    case 'metrics':
      return tellMetrics(services, response)
    case 'mcp':
      return speakMcp(settings.mcp, request, response)
    case 'conversation':
      return converse(services, settings, request, response, route)
    case 'provider':
      return askProvider(services, settings, request, response, route)
    case 'ollama-fact':
      return tellFact(services, settings, request, response, route.fact)
    case 'upgrade-refused':
      response.setHeader('connection', 'close')
      return answerProblem(response, route, 426, 'Trooper speaks HTTP here; send the same request as POST.')
    case 'not-found':
      return answerProblem(
        response,
        route,
        404,
        `Trooper has nothing at ${method} ${printable(url)}; use the provider's own paths, for example /v1/messages.`,
      )
  }
}

/** To a program of its owner, which will have others send their keys here. */
function proveItself({ api }: Serving, { headers, socket }: IncomingMessage, response: ServerResponse): void {
  const challenge = single(headers[challengeHeader])
  const { localAddress, localPort } = socket
  if (challenge === undefined || localAddress === undefined || localPort === undefined) return
  const proof = api.prove(challenge, localAddress, localPort)
  if (proof !== undefined) response.setHeader(proofHeader, proof)
}

function refuseGuarded(response: ServerResponse, route: Route, { status, sentence, afterSeconds }: Refusal): void {
  if (afterSeconds !== undefined) response.setHeader('retry-after', String(afterSeconds))
  answerProblem(response, route, status, sentence)
}

function converse(
  services: Services,
  settings: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  { dialect, query, compacts }: Extract<Route, { to: 'conversation' }>,
): void {
  const reply = new HttpReply(response)
  readPlainBody(request, settings.maxBodyBytes, (read) => {
    if (!read.ok) {
      if (read.problem === 'too-large') refuseSize(settings, request, response, dialect)
      return
    }
    if (read.unreadable !== undefined) settings.tellUnreadable(read.unreadable)
    const isStream = wantsStream(read, request)
    settings.announce(request.url ?? '', isStream)
    const address = (): string | undefined => request.socket.remoteAddress
    const { body, headers } = read
    const plain = { dialect, query, headers, address, body, asksForStream: isStream }
    const incoming = compacts ? { ...plain, compacts } : plain
    runExchange(services, incoming, reply).catch((error: unknown) => failExchange(services, response, dialect, error))
  })
}

/** Clients that ask for a stream say in the headers too that they can read one; few others do. */
function wantsStream(read: Extract<PlainRead, { ok: true }>, { headers }: IncomingMessage): boolean {
  return read.unreadable === undefined
    ? asksForStream(read.body)
    : headers.accept?.includes('text/event-stream') === true
}

function tellFact(
  services: Services,
  settings: ServerSettings,
  request: IncomingMessage,
  response: ServerResponse,
  fact: OllamaFact,
): void {
  readBody(request, settings.maxBodyBytes, (read) => {
    if (!read.ok) {
      if (read.problem === 'too-large') refuseSize(settings, request, response, 'ollama')
      return
    }
    answerFact(services, fact, parseJson(read.body.toString('utf8')))
      .then(({ status, body }) => answerJson(response, status, body))
      .catch((error: unknown) => failInside(services, response, error))
  })
}

/** Everything of the provider's that is no conversation: some of it Trooper answers too, the rest is streamed through. */
function askProvider(
  services: Services,
  settings: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  { path, query }: Extract<Route, { to: 'provider' }>,
): void {
  const { method = 'GET' } = request
  const dialect = dialectOf(path, request)
  const [primary] = services.chains[dialect]
  const kept = keptResponseAt(path)
  if (kept) {
    const account = accountAt(primary, request.rawHeaders, query)
    readKept(kept, method, services.transcripts, account)
      .then(({ status, body }) => answerJson(response, status, body))
      .catch((error: unknown) => failInside(services, response, error))
    return
  }
  const reply = new HttpReply(response)
  const passed = { method, path, query }
  const change = services.transcripts.isOff ? undefined : changeAt(method, path)
  const question = questionAt(method, path)
  if (!question && !change) return passThrough(services, request, passed, primary, reply)
  const noteChange = (known: Change, body?: Buffer): void => {
    passChange(services, request, { ...passed, ...(body ? { body } : {}) }, known, reply).catch((error: unknown) =>
      failInside(services, response, error),
    )
  }
  if (change && method === 'DELETE') return noteChange(change)
  const refuseRead = (read: Extract<BodyRead, { ok: false }>): void => {
    if (read.problem === 'too-large') refuseSize(settings, request, response, dialect)
  }
  if (change)
    return readBody(request, settings.maxBodyBytes, (read) =>
      read.ok ? noteChange(change, read.body) : refuseRead(read),
    )
  readPlainBody(request, settings.maxBodyBytes, (read) => {
    if (!read.ok) return refuseRead(read)
    if (!question) return
    if (read.unreadable !== undefined) settings.tellUnreadable(read.unreadable)
    const asked = { question, method, path }
    const { body, headers } = read
    const incoming = { dialect, query, headers, body, asksForStream: false, asked }
    runExchange(services, incoming, reply).catch((error: unknown) => failExchange(services, response, dialect, error))
  })
}

/** Only Anthropic's clients send a version (providers.md 6). */
function dialectOf(path: string, { headers }: IncomingMessage): ClientDialectName {
  if (path.startsWith('/messages') || headers['anthropic-version'] !== undefined) return 'anthropic'
  return /^\/(responses|conversations)(\/|$)/.test(path) ? 'openai-responses' : 'openai-chat'
}

function refuseSize(
  settings: ServerSettings,
  request: IncomingMessage,
  response: ServerResponse,
  dialect: ClientDialectName,
): void {
  const mib = settings.maxBodyBytes / 1024 / 1024
  const sentence = `The request is larger than ${mib} MiB; raise TROOPER_MAX_BODY_MB if it is meant to be.`
  refuseRest(request, response, { to: 'conversation', dialect, query: '' }, 413, sentence)
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

/** Codex asks for one first (real-clients.md 3). Other upgrades, such as Java's to HTTP/2, are offers that may be left alone. */
function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/** Bytes that are no request. On a connection with an answer under way, one more would become part of it. */
function refuseNoise(error: Error, socket: Duplex): void {
  const isUsed = 'bytesWritten' in socket && socket.bytesWritten !== 0
  if (isUsed || !socket.writable) return void socket.destroy()
  const code = 'code' in error ? error.code : undefined
  const status = statuses.get(String(code)) ?? '400 Bad Request'
  const sentence = 'This is no HTTP request that Trooper understands.'
  socket.on('error', () => {})
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${sentence.length}\r\nconnection: close`
  socket.end(`${head}\r\n\r\n${sentence}`)
}

const statuses: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
])

function printable(text: string): string {
  return (text.split('?')[0] ?? '').replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200)
}

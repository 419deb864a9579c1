/** What a client is told that gets no answer from anybody. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ClientDialectName } from '../dialects/dialect.ts'
import { clientDialects } from '../dialects/registry.ts'
import type { Services } from '../exchange/outcome.ts'
import { exactText } from '../ir/exact-json.ts'
import type { Cause, Failure } from '../ir/failure.ts'
import type { JsonObject } from '../ir/json.ts'
import { endOnceSent } from './body.ts'
import type { Route } from './routes.ts'

/** A refusal in the client's own dialect where the path names one. */
export function answerProblem(response: ServerResponse, route: Route, status: number, sentence: string): void {
  answerJson(response, status, problemBody(route, status, sentence))
}

/** In the middle of a request whose rest nobody wants. */
export function refuseRest(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  status: number,
  sentence: string,
): void {
  const text = beginJson(response, status, problemBody(route, status, sentence), { connection: 'close' })
  endOnceSent(request, response, text)
}

function problemBody(route: Route, status: number, sentence: string): JsonObject {
  if (route.to !== 'conversation') return { error: { type: 'trooper_error', message: sentence } }
  const failure: Failure = { ...causeOf(status), message: sentence, status }
  return clientDialects[route.dialect].encodeFailure(failure).body
}

function causeOf(status: number): Cause {
  if (status === 401) return { kind: 'bad-key' }
  if (status === 429) return { kind: 'rate-limited', scope: 'account' }
  return { kind: status === 403 ? 'forbidden' : 'bad-request' }
}

export function answerJson(response: ServerResponse, status: number, body: JsonObject): void {
  response.end(beginJson(response, status, body))
}

/** Writes the head, and returns what has to follow. */
function beginJson(
  response: ServerResponse,
  status: number,
  body: JsonObject,
  headers: OutgoingHttpHeaders = {},
): string {
  const text = `${exactText(body)}\n`
  const about = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  response.writeHead(status, { ...about, ...headers })
  return text
}

/** A conversation that cannot be written again for anybody else, as it is nested thousands of levels deep; anything else is a fault. */
export function failExchange(
  services: Services,
  response: ServerResponse,
  dialect: ClientDialectName,
  error: unknown,
): void {
  if (!(error instanceof RangeError) || response.headersSent) return failInside(services, response, error)
  answerProblem(response, { to: 'conversation', dialect, query: '' }, 400, 'body: is nested too deeply to be read')
}

/** A fault of Trooper's own: said without a stack trace, and the exchange ends. */
export function failInside(services: Services, response: ServerResponse, error: unknown): void {
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

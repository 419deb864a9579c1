/** What a client is told that gets no answer from anybody. */
import type { ServerResponse } from 'node:http'
import type { ClientDialectName } from '../dialects/dialect.ts'
import { clientDialects } from '../dialects/registry.ts'
import type { Services } from '../exchange/outcome.ts'
import { exactText } from '../ir/exact-json.ts'
import type { Failure } from '../ir/failure.ts'
import type { JsonObject } from '../ir/json.ts'
import type { Route } from './routes.ts'

/** A refusal in the client's own dialect where the path names one. */
export function answerProblem(response: ServerResponse, route: Route, status: number, sentence: string): void {
  if (route.to !== 'conversation')
    return answerJson(response, status, { error: { type: 'trooper_error', message: sentence } })
  const failure: Failure = { kind: kindOf(status), message: sentence, status }
  answerJson(response, status, clientDialects[route.dialect].encodeFailure(failure).body)
}

function kindOf(status: number): 'bad-key' | 'forbidden' | 'bad-request' {
  if (status === 401) return 'bad-key'
  return status === 403 ? 'forbidden' : 'bad-request'
}

export function answerJson(response: ServerResponse, status: number, body: JsonObject): void {
  const text = `${exactText(body)}\n`
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
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

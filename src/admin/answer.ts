/** What an endpoint of `/trooper/api` answers, and how that is written. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { endOnceSent } from '../server/body.ts'
import type { Denial } from './access.ts'
import type { View } from './views.ts'

export interface Answer {
  status: number
  /** Written as JSON; unset: there is nothing to say. */
  body?: View
  headers?: Readonly<Record<string, string>>
}

/** Of every answer: what is true now is kept by nobody. */
export const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

export function give(response: ServerResponse, answer: Answer): void {
  response.end(begin(response, answer))
}

/** In the middle of a request whose rest nobody wants: of the connection it is the last. */
export function giveLast(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  endOnceSent(request, response, begin(response, { ...answer, headers: { ...answer.headers, connection: 'close' } }))
}

/** Writes the head, and returns what has to follow. */
function begin(response: ServerResponse, { status, body, headers = {} }: Answer): string {
  const text = body === undefined ? '' : `${JSON.stringify(body)}\n`
  const about = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  response.writeHead(status, { ...always, ...headers, ...(body !== undefined && about) })
  return text
}

/** `message`: one sentence. */
export function problem(status: number, message: string, headers: Answer['headers'] = {}): Answer {
  return { status, body: { error: { message } }, headers }
}

export function refusal({ status, sentence, afterSeconds }: Denial): Answer {
  if (afterSeconds !== undefined) return problem(status, sentence, { 'retry-after': String(afterSeconds) })
  return problem(status, sentence, status === 401 ? { 'www-authenticate': 'Bearer realm="Trooper"' } : {})
}

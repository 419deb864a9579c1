/** What an endpoint of `/trooper/api` answers, and how that is written. */
import type { ServerResponse } from 'node:http'
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

export function give(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const head = { ...always, ...headers }
  if (body === undefined) return void response.writeHead(status, head).end()
  const text = `${JSON.stringify(body)}\n`
  const about = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  response.writeHead(status, { ...head, ...about }).end(text)
}

/** `message`: one sentence. */
export function problem(status: number, message: string, headers: Answer['headers'] = {}): Answer {
  return { status, body: { error: { message } }, headers }
}

export function refusal({ status, sentence }: Denial): Answer {
  return problem(status, sentence, status === 401 ? { 'www-authenticate': 'Bearer realm="Trooper"' } : {})
}

/** A request as an agent puts it on the wire. */
import type { JsonObject } from '../../src/ir/json.ts'
import { planted } from '../secrets.ts'

export interface AgentRequest {
  /** Path and query under the base URL. */
  path: string
  headers: Record<string, string>
  body: JsonObject
  /** A request whose history its provider gave out earlier. */
  remembered?: JsonObject
}

let customers = 0

/** A key that nothing is known of yet: what is spent for one customer is not for another. */
export function newKey(): string {
  customers += 1
  return `${planted.clientKey}-${customers}`
}

export function sendTo(url: string, { path, headers, body }: AgentRequest): Promise<Response> {
  return fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** The same request with other fields. */
export function changed(request: AgentRequest, fields: JsonObject, headers: Record<string, string> = {}): AgentRequest {
  return { ...request, headers: { ...request.headers, ...headers }, body: { ...request.body, ...fields } }
}

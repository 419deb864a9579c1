/** `/trooper/api`: what a person sees of a Trooper that is at work, and what they may change; `docs/openapi.json` describes it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../observe/log/log.ts'
import { drain, readBody } from '../server/body.ts'
import type { Access } from './access.ts'
import { always, give, giveLast, problem, refusal, type Answer } from './answer.ts'
import type { Asked, Endpoint, Method } from './endpoints.ts'
import type { Events } from './events.ts'

export interface ApiParts {
  access: Access
  events: Events
  /** By path; `{id}` stands for one segment. */
  endpoints: Readonly<Record<string, Endpoint>>
  log: Log
}

/** Where it was asked; `path` begins after `/trooper/api`. */
interface Place {
  path: string
  query: string
}

/** `foreign`: why the guard turns it away, whatever it asks for. */
export type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  place: Place,
  foreign: string | undefined,
) => void

/** No order is longer. */
const mostBytes = 16 * 1024

export function createHandler(parts: ApiParts): Handle {
  return (request, response, place, foreign) => {
    if (foreign !== undefined) return give(response, problem(403, foreign))
    const { path } = place
    answer(parts, request, response, place).catch((error: unknown) => {
      const name = error instanceof Error ? error.name : 'unknown'
      parts.log.error(`❌ ${shown(path)} failed inside Trooper (${name}); please report it.`)
      if (response.headersSent) response.destroy()
      else give(response, problem(500, 'Trooper failed inside; its log says more.'))
    })
  }
}

/** The same for the agents' server that sits in this process, where nobody has to show a token. */
export function createCaller({ endpoints }: Pick<ApiParts, 'endpoints'>) {
  return async (method: Method, url: string, body: object = {}): Promise<{ status: number; text: string }> => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const found = findEndpoint(endpoints, pathname)
    const operation = found?.endpoint[method]
    if (!operation || !('answer' in operation)) throw new Error(`Nothing answers ${method} ${pathname}.`)
    const query = Object.fromEntries(searchParams)
    const asked: Asked = { id: found.id, query, body, by: 'agent', address: undefined }
    const given = await operation.answer(asked)
    return { status: given.status, text: JSON.stringify(given.body ?? {}) }
  }
}

async function answer(
  parts: ApiParts,
  request: IncomingMessage,
  response: ServerResponse,
  { path, query }: Place,
): Promise<void> {
  const found = findOperation(parts, request, path)
  if ('status' in found) {
    drain(request)
    return give(response, found)
  }
  const { operation, id, by } = found
  if (operation.isStream) return follow(parts.events, request, response)
  const isOwn = (bytes: Buffer): boolean => parts.access.isOwnBody(request.headers, bytes)
  const body = await bodyOf(request, response, 'tell' in operation ? operation.mostBytes : mostBytes, isOwn)
  // A client that has left, or has its answer.
  if (!body) return
  if ('status' in body) return give(response, body)
  const address = request.socket.remoteAddress
  const asked: Asked = { id, query: Object.fromEntries(new URLSearchParams(query)), body: body.value, by, address }
  if ('tell' in operation) return operation.tell(asked, response)
  give(response, await operation.answer(asked))
  if (request.method !== 'GET') parts.events.nudge()
}

/** What is to be done, or why it is not. */
function findOperation({ endpoints, access }: ApiParts, request: IncomingMessage, path: string) {
  const { method = '', headers, socket } = request
  const found = findEndpoint(endpoints, path)
  if (!found) return problem(404, `Trooper has nothing at ${shown(path)}; its paths stand in docs/openapi.json.`)
  const { endpoint, id } = found
  const known = methodOf(method, endpoint)
  const operation = known && endpoint[known]
  if (!operation) {
    const allowed = Object.keys(endpoint).join(', ')
    return problem(405, `${shown(path)} takes ${allowed} only.`, { allow: allowed })
  }
  const asker = { method, path: request.url ?? '', headers, address: socket.remoteAddress }
  const by = operation.isFree ? 'page' : known === 'GET' ? access.read(asker) : access.change(asker)
  return typeof by === 'string' ? { operation, id, by } : refusal(by)
}

/** A path of one endpoint, and what stands in the place of `{id}`. */
function findEndpoint(endpoints: ApiParts['endpoints'], path: string): { endpoint: Endpoint; id: string } | undefined {
  const slash = path.lastIndexOf('/')
  const [exact, pattern] = [path, `${path.slice(0, slash)}/{id}`].map((key) =>
    Object.hasOwn(endpoints, key) ? endpoints[key] : undefined,
  )
  if (exact) return { endpoint: exact, id: '' }
  return pattern && { endpoint: pattern, id: path.slice(slash + 1) }
}

/** What is read may be asked for without its body too, but for what never ends. */
function methodOf(method: string, endpoint: Endpoint): Method | undefined {
  if (method === 'HEAD' && !endpoint.GET?.isStream) return 'GET'
  return methods.find((known) => known === method)
}

const methods: readonly Method[] = ['GET', 'PUT', 'POST']

function follow(events: Events, request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  for (const [name, value] of Object.entries(always)) response.setHeader(name, value)
  response.setHeader('content-type', 'text/event-stream')
  if (events.open(response)) return
  give(response, problem(503, 'Too many read along already, or Trooper is stopping; come again in a moment.'))
}

/** Only JSON that says that it is: no form of another site can send that. `undefined`: nobody waits any more. */
function bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
  most: number,
  isOwn: (body: Buffer) => boolean,
): Promise<{ value: unknown } | Answer | undefined> {
  return new Promise((resolve) => {
    readBody(request, most, (read) => {
      if (read.ok && !isOwn(read.body)) return resolve(problem(401, 'The body is not the one that the proof is for.'))
      if (read.ok) return resolve(read.body.length === 0 ? { value: {} } : parsed(read.body, request))
      if (read.problem === 'client-gone') return resolve(undefined)
      giveLast(request, response, problem(413, `The body is longer than ${Math.round(most / 1024)} KiB.`))
      resolve(undefined)
    })
  })
}

function parsed(body: Buffer, { headers }: IncomingMessage): { value: unknown } | Answer {
  if (!/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
    return problem(415, 'The body must be JSON, with content-type: application/json.')
  try {
    return { value: JSON.parse(body.toString('utf8')) }
  } catch {
    return problem(400, 'The body is no JSON.')
  }
}

function shown(path: string): string {
  return `/trooper/api${path.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100)}`
}

/**
 * `/mcp`: streamable HTTP, in both forms that clients speak. Every request is served by a server of its own, so that a Trooper that was
 * started again goes on with the sessions of before; a session only ties a cancellation to the call that it ends.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  createMcpHandler,
  isLegacyRequest,
  legacyStatelessFallback,
  type McpServer,
} from '@modelcontextprotocol/server'
import { arrayOf, isObject, objectOf, parseJson, stringOf, type JsonValue } from '../ir/json.ts'
import { give, toWebRequest } from './web.ts'

export interface McpEndpoint {
  /** Never rejects. */
  serve(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void>
}

/** Clients of before 2026-07-28 name their session so; it is given to them with the answer to `initialize`. */
const sessionHeader = 'mcp-session-id'

/** `createServer` makes the one that serves one request; `onFault` hears of faults inside. */
export function createMcpEndpoint(createServer: () => McpServer, onFault: (error: unknown) => void): McpEndpoint {
  const onerror = (): void => {}
  const modern = createMcpHandler(createServer, { legacy: 'reject', maxSubscriptions: 0, onerror })
  const legacy = legacyStatelessFallback(createServer, onFault)
  const running = new RunningCalls()

  const answer = async (
    request: Request,
    message: JsonValue | undefined,
    leave: AbortController,
  ): Promise<Response> => {
    if (!(await isLegacyRequest(request, message))) return modern.fetch(request, { parsedBody: message })
    const session = request.headers.get(sessionHeader) ?? ''
    for (const id of cancelled(message)) running.cancel(session, id)
    const done = running.begin(session, idsIn(message), leave)
    leave.signal.addEventListener('abort', done)
    const response = await legacy(request, message === undefined ? {} : { parsedBody: message })
    if (asksForSession(message)) response.headers.set(sessionHeader, randomUUID())
    return response
  }

  return {
    serve: async (incoming, body, response) => {
      const leave = new AbortController()
      // Whoever is gone can be given no answer: nothing is worked on for it.
      response.once('close', () => leave.abort())
      try {
        const text = body.toString('utf8')
        const request = toWebRequest(incoming, text, leave.signal)
        await give(await answer(request, parseJson(text), leave), response)
      } catch (error) {
        onFault(error)
        response.destroy()
      }
    },
  }
}

type Id = string | number

/** The calls under way of clients whose cancellation comes in a request of its own. */
class RunningCalls {
  readonly #calls = new Map<string, AbortController>()

  /** Until the answer is called. */
  begin(session: string, ids: readonly Id[], call: AbortController): () => void {
    // Without a session nobody can tell whose call it is: ids are unique within one only.
    const keys = session === '' ? [] : ids.map((id) => keyOf(session, id))
    for (const key of keys) this.#calls.set(key, call)
    return () => {
      for (const key of keys) if (this.#calls.get(key) === call) this.#calls.delete(key)
    }
  }

  cancel(session: string, id: Id): void {
    this.#calls.get(keyOf(session, id))?.abort()
  }
}

function keyOf(session: string, id: Id): string {
  return `${session} ${typeof id} ${id}`
}

function messagesIn(body: JsonValue | undefined) {
  return (Array.isArray(body) ? arrayOf(body) : [body]).filter(isObject)
}

function idsIn(body: JsonValue | undefined): Id[] {
  return messagesIn(body).flatMap(({ method, id }) => (stringOf(method) === undefined ? [] : idOf(id)))
}

function cancelled(body: JsonValue | undefined): Id[] {
  return messagesIn(body)
    .filter(({ method }) => method === 'notifications/cancelled')
    .flatMap(({ params }) => idOf(objectOf(params)['requestId']))
}

function idOf(id: JsonValue | undefined): Id[] {
  return typeof id === 'string' || typeof id === 'number' ? [id] : []
}

function asksForSession(body: JsonValue | undefined): boolean {
  return messagesIn(body).some(({ method }) => method === 'initialize')
}

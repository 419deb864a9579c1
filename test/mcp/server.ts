/** MCP servers of the official package over streamable HTTP, in the test's own process: what they were asked is seen at once. */
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  createMcpHandler,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
  type CallToolResult,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { isObject, parseJson, type JsonObject } from '../../src/ir/json.ts'

/** A tool of one text, as most are. */
export interface TestTool {
  name: string
  description?: string
  isReadOnly?: boolean
  /** The name of a header that brings its argument, too (`x-mcp-header`). */
  header?: string
  /** Of its one argument. */
  answer: (query: string) => CallToolResult | Promise<CallToolResult>
}

interface SeenRequest {
  method: string
  headers: Readonly<Record<string, string>>
  body: string
  message: JsonObject | undefined
}

export interface TestServer {
  /** Of its endpoint. */
  url: string
  origin: string
  /** Every request of HTTP that reached it. */
  seen: SeenRequest[]
  /** The next request of this kind, or the first that has come. */
  saw(is: (request: SeenRequest) => boolean): Promise<SeenRequest>
  /** Breaks every connection. */
  hangUp(): void
  /** Its sessions. */
  forget(): void
  /** The tools that ran, with their arguments. */
  ran(): { name: unknown; arguments: unknown }[]
  stop(): Promise<void>
}

/** `only-new` speaks nothing older than 2026-07-28, `sessions` nothing newer than 2025-11-25, and remembers its clients. */
export type Speaks = 'both' | 'only-new' | 'sessions'

export async function startMcpServer(tools: readonly TestTool[], speaks: Speaks = 'both'): Promise<TestServer> {
  const sessions: Sessions = new Map()
  const handler =
    speaks === 'sessions'
      ? sessionful(tools, sessions)
      : createMcpHandler(() => serverWith(tools), { legacy: speaks === 'both' ? 'stateless' : 'reject' }).fetch
  const served = await serve('/mcp', async (request, seen, response) => {
    const answer = await handler(
      new Request(`http://${request.headers.host}${request.url}`, {
        method: request.method ?? 'GET',
        headers: seen.headers,
        ...(seen.body !== '' && { body: seen.body }),
      }),
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (!answer.body) return void response.end()
    Readable.fromWeb(answer.body)
      .on('error', () => response.destroy())
      .pipe(response)
  })
  return { ...served, forget: () => sessions.clear() }
}

type Sessions = Map<string, WebStandardStreamableHTTPServerTransport>

function serverWith(tools: readonly TestTool[]): McpServer {
  const server = new McpServer({ name: 'test', version: '1.0.0' })
  for (const { name, description = `Runs ${name}.`, isReadOnly = false, header, answer } of tools) {
    const query = header === undefined ? z.string() : z.string().meta({ 'x-mcp-header': header })
    const config = {
      description,
      inputSchema: z.object({ query }),
      annotations: { readOnlyHint: isReadOnly },
    }
    server.registerTool(name, config, ({ query }) => answer(query))
  }
  return server
}

type Fetch = (request: Request) => Promise<Response>

function sessionful(tools: readonly TestTool[], sessions: Sessions): Fetch {
  return async (request) => {
    const known = sessions.get(request.headers.get('mcp-session-id') ?? '')
    if (known) return known.handleRequest(request)
    if (request.headers.has('mcp-session-id')) return new Response(null, { status: 404 })
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await serverWith(tools).connect(transport)
    return transport.handleRequest(request)
  }
}

type Answer = (request: IncomingMessage, seen: SeenRequest, response: ServerResponse) => unknown

/** Whatever answers, what it was asked is kept. */
export async function serve(path: string, answer: Answer): Promise<TestServer> {
  const seen: SeenRequest[] = []
  const news = new EventEmitter()
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request)
      const message = parseJson(body)
      const headers = Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
      )
      const one = { method: request.method ?? '', headers, body, message: isObject(message) ? message : undefined }
      seen.push(one)
      news.emit('request')
      if (request.url?.split('?')[0] === path) await answer(request, one, response)
      else response.writeHead(404).end()
    })()
  })
  const port = await listen(server)
  const origin = `http://127.0.0.1:${port}`
  return {
    url: origin + path,
    origin,
    seen,
    saw: async (is) => {
      for (;;) {
        const found = seen.find(is)
        if (found) return found
        await once(news, 'request')
      }
    },
    hangUp: () => server.closeAllConnections(),
    forget: () => {},
    ran: () =>
      seen.flatMap(({ message }) => {
        const params = message?.['method'] === 'tools/call' ? message['params'] : undefined
        return isObject(params) ? [{ name: params['name'], arguments: params['arguments'] }] : []
      }),
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export function saying(said: string): CallToolResult {
  return { content: [{ type: 'text', text: said }] }
}

/** A server as the first version of MCP over HTTP had it (2024-11-05): one stream for all that it says, and an address of its own for what it is told. */
import type { ServerResponse } from 'node:http'
import { stringOf, type JsonObject } from '../../src/ir/json.ts'
import { serve, type TestServer } from './server.ts'

/** `endpoint`: where it wants to be told things, as it says on its stream. */
export function startOldServer(endpoint = '/mcp?session=1'): Promise<TestServer> {
  let stream: ServerResponse | undefined
  const say = (event: string, data: string): void => void stream?.write(`event: ${event}\ndata: ${data}\n\n`)
  return serve('/mcp', (request, { message }, response) => {
    if (request.method === 'GET') {
      stream = response
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      return say('endpoint', endpoint)
    }
    if (request.url === '/mcp') return response.writeHead(405).end()
    response.writeHead(202).end()
    if (message?.['id'] !== undefined) say('message', answerTo(message))
  })
}

/** By hand, as that version has it. */
export function answerTo({ id = null, method }: JsonObject): string {
  const result = results[stringOf(method) ?? '']
  const said = result ? { result } : { error: { code: -32_601, message: 'Method not found' } }
  return JSON.stringify({ jsonrpc: '2.0', id, ...said })
}

const results: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2024-11-05',
    capabilities: { tools: {} },
    serverInfo: { name: 'old', version: '0.1.0' },
  },
  'tools/list': { tools: [{ name: 'search', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'Found.' }] },
}

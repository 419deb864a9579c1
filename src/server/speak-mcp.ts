/** `/mcp`: its messages are read whole, and small. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { McpEndpoint } from '../mcp/endpoint.ts'
import { readBody } from './body.ts'
import { refuseRest } from './problems.ts'

/** As the official servers have it. */
const maxBytes = 4 * 1024 * 1024

export function speakMcp(mcp: McpEndpoint, request: IncomingMessage, response: ServerResponse): void {
  readBody(request, maxBytes, (read) => {
    if (read.ok) return void mcp.serve(request, read.body, response)
    if (read.problem === 'client-gone') return
    const sentence = `The message is larger than ${maxBytes / 1024 / 1024} MiB; ask for less at once.`
    refuseRest(request, response, { to: 'mcp' }, 413, sentence)
  })
}

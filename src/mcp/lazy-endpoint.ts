/** `/mcp`, opened when the first agent comes: who has none does not pay for its package (half a megabyte to read). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { McpEndpoint } from './endpoint.ts'
import type { McpParts } from './server.ts'

export function createLazyEndpoint(parts: McpParts): McpEndpoint {
  let opening: Promise<McpEndpoint> | undefined
  const open = async (): Promise<McpEndpoint> => {
    const [{ createMcpEndpoint }, { createMcpServer }] = await Promise.all([
      import('./endpoint.ts'),
      import('./server.ts'),
    ])
    return createMcpEndpoint(() => createMcpServer(parts), parts.onFault)
  }
  return {
    serve: async (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
      opening ??= open()
      try {
        await (await opening).serve(request, body, response)
      } catch (error) {
        parts.onFault(error)
        response.destroy()
      }
    },
  }
}

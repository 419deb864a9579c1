/** The same server for one agent, over stdin and stdout. */
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { createMcpServer, type McpParts } from './server.ts'

/** Resolves when the agent has closed stdin. */
export function serveOverStdio(parts: McpParts): Promise<void> {
  const closed = new Promise<void>((resolve) => process.stdin.once('close', resolve).once('end', resolve))
  serveStdio(() => createMcpServer(parts), {
    transport: new StdioServerTransport(process.stdin, process.stdout),
    onerror: () => {},
  })
  return closed
}

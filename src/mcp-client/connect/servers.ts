/** The MCP servers that Trooper may ask by itself, while a local model answers in the place of a provider that would. */
import type { Clock } from '../../clock.ts'
import type { McpServer } from '../../ir/mcp.ts'
import { isWithin, type McpPlace } from '../places.ts'
import { openConnection, type McpConnection } from './connection.ts'

export interface McpServers {
  /** Nothing else is ever sent a byte. */
  mayAsk(server: McpServer): boolean
  /** For one exchange: its client's credential is nobody else's. */
  open(server: McpServer): McpConnection
  /** Breaks every connection. */
  destroy(): void
}

export function createMcpServers(places: readonly McpPlace[], clock: Clock): McpServers {
  const open = new Set<McpConnection>()
  const isAllowed = (url: string): boolean => isWithin(url, places)
  return {
    mayAsk: ({ url }) => isAllowed(url),
    open: (server) => {
      const connection = openConnection(server, isAllowed, clock)
      const tracked: McpConnection = {
        list: (signal) => connection.list(signal),
        call: (call, tool, signal) => connection.call(call, tool, signal),
        close: () => {
          open.delete(tracked)
          connection.close()
        },
      }
      open.add(tracked)
      return tracked
    },
    destroy: () => {
      for (const connection of open) connection.close()
    },
  }
}

/** The MCP servers of one answer: what each of them lists, and calls of their tools, no longer than each may take. */
import type { McpResult } from '../ir/answer.ts'
import type { McpCall, McpList, McpServer, McpTool } from '../ir/mcp.ts'
import type { McpConnection } from '../mcp-client/connect/connection.ts'
import type { Listed } from '../mcp-client/offer.ts'
import type { Services, Turn } from './outcome.ts'
import { waitFor, waiterOf, type Waited } from './wait.ts'

/** To connect and to list: the model waits for it. */
const listMs = 15_000
/** A call may have a machine work. */
const callMs = 120_000

type Means = Pick<Services, 'mcp' | 'clock' | 'log'>

export class ServersOfAnswer {
  readonly #services: Means
  readonly #turn: Turn
  readonly #connections: ReadonlyMap<string, McpConnection>

  constructor(services: Means, turn: Turn, servers: readonly McpServer[]) {
    this.#services = services
    this.#turn = turn
    this.#connections = new Map(servers.map((server) => [server.label, services.mcp.open(server)]))
  }

  /** All at once; a server whose list is known is not asked. */
  list(servers: readonly McpServer[]): Promise<Waited<Listed[]>> {
    return this.#within(listMs, (signal) =>
      Promise.all(servers.map(async (server) => ({ server, list: await this.#listOf(server, signal) }))),
    )
  }

  call(call: McpCall, tool: McpTool): Promise<Waited<McpResult>> {
    return this.#within(callMs, (signal) => this.#at(call.server).call(call, tool, signal))
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close()
  }

  async #listOf(server: McpServer, signal: AbortSignal): Promise<McpList> {
    const { label, url, known } = server
    if (known) return { server: label, tools: known }
    const list = await this.#at(label).list(signal)
    // A place may be told, what stands behind it may be a secret.
    if (list.error !== undefined)
      this.#services.log.warn(
        `⚠️ The MCP server at ${new URL(url).origin} did not list its tools; the model answers without them`,
      )
    return list
  }

  #at(label: string): McpConnection {
    const connection = this.#connections.get(label)
    if (!connection) throw new Error('A server is asked that is none of this answer.')
    return connection
  }

  async #within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<Waited<T>> {
    const controller = new AbortController()
    const cancel = this.#services.clock.after(ms, () => controller.abort())
    try {
      const waited = await waitFor(work(controller.signal), waiterOf(this.#turn), this.#services.clock)
      if (waited.is === 'over') controller.abort()
      return waited
    } finally {
      cancel()
    }
  }
}

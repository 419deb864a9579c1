/** The MCP servers of one answer: what each of them lists, and calls of their tools, no longer than each may take. */
import type { McpResult } from '../ir/answer.ts'
import type { McpCall, McpList, McpServer, McpTool } from '../ir/mcp.ts'
import type { McpConnection } from '../mcp-client/connect/connection.ts'
import type { Listed } from '../mcp-client/offer.ts'
import type { Services, Turn } from './outcome.ts'
import { waitFor, type Waited } from './wait.ts'

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
  async list(servers: readonly McpServer[]): Promise<Waited<Listed[]>> {
    const asked = servers.map(async (server): Promise<Waited<Listed>> => {
      if (server.known) return { is: 'here', value: { server, list: { server: server.label, tools: server.known } } }
      const listed = await this.#within(listMs, (signal) => this.#askForList(server, signal))
      return listed.is === 'here' ? { is: 'here', value: { server, list: listed.value } } : listed
    })
    const lists: Listed[] = []
    for (const listed of await Promise.all(asked)) {
      if (listed.is === 'over') return listed
      lists.push(listed.value)
    }
    return { is: 'here', value: lists }
  }

  call(call: McpCall, tool: McpTool): Promise<Waited<McpResult>> {
    return this.#within(callMs, (signal) => this.#at(call.server).call(call, tool, signal))
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close()
  }

  /** A place may be told, what stands behind it may be a secret. */
  async #askForList(server: McpServer, signal: AbortSignal): Promise<McpList> {
    const list = await this.#at(server.label).list(signal)
    const { origin } = new URL(server.url)
    if (list.error !== undefined)
      this.#services.log.warn(`⚠️ The MCP server at ${origin} did not list its tools; the model answers without them`)
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
      const waited = await waitFor(work(controller.signal), this.#turn, this.#services.clock)
      if (waited.is === 'over') controller.abort()
      return waited
    } finally {
      cancel()
    }
  }
}

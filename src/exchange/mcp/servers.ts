/** The MCP servers of one answer: what each of them lists, and calls of their tools, no longer than each may take. */
import type { McpResult } from '../../ir/answer.ts'
import type { McpCall, McpList, McpServer, McpTool } from '../../ir/mcp.ts'
import type { McpConnection } from '../../mcp-client/connect/connection.ts'
import type { Listed } from '../../mcp-client/offer.ts'
import { mapInOrder } from './in-order.ts'
import type { Services, Turn } from '../outcome.ts'
import { waitFor, waiterOf, type Waited } from '../wait.ts'

/** To connect and to list: the model waits for it. */
const listMs = 15_000
/** A call may have a machine work. */
const callMs = 120_000
/** More than a model thinks of at once, and no flood for a server. */
const mostAtOnce = 8

/** A call that its server is to run, or one whose end is known before. */
export type Wanted = { call: McpCall; tool: McpTool } | { known: McpResult }

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
    const lists = (signal: AbortSignal): Promise<Listed[]> =>
      Promise.all(servers.map(async (server) => ({ server, list: await this.#listOf(server, signal) })))
    const isKnown = servers.every(({ known }) => known)
    return isKnown ? this.#until(lists) : this.#aside((signal) => this.#within(listMs, signal, lists))
  }

  /** So many at once, at most; `onResult` is told in the order of the calls, of each as soon as those before it are done. */
  run(
    wanted: readonly Wanted[],
    isSerial: boolean,
    onResult: (result: McpResult, at: number) => void,
  ): Promise<Waited<void>> {
    return this.#aside((signal) =>
      mapInOrder(wanted, isSerial ? 1 : mostAtOnce, signal, (one) => this.#resultOf(one, signal), onResult),
    )
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
    if (list.isCut)
      this.#services.log.warn(
        `⚠️ The MCP server at ${new URL(url).origin} lists more tools than are read; the first ${list.tools.length} are offered`,
      )
    return list
  }

  #at(label: string): McpConnection {
    const connection = this.#connections.get(label)
    if (!connection) throw new Error('A server is asked that is none of this answer.')
    return connection
  }

  async #resultOf(wanted: Wanted, signal: AbortSignal): Promise<McpResult> {
    if ('known' in wanted) return wanted.known
    const { call, tool } = wanted
    return this.#within(callMs, signal, (within) => this.#at(call.server).call(call, tool, within))
  }

  /** The engine is not asked meanwhile. */
  #aside<T>(work: (signal: AbortSignal) => Promise<T>): Promise<Waited<T>> {
    const { aside } = this.#turn
    return aside ? aside(() => this.#until(work)) : this.#until(work)
  }

  /** As long as anybody waits for it. */
  async #until<T>(work: (signal: AbortSignal) => Promise<T>): Promise<Waited<T>> {
    const controller = new AbortController()
    const waited = await waitFor(work(controller.signal), waiterOf(this.#turn), this.#services.clock)
    if (waited.is === 'over') controller.abort()
    return waited
  }

  async #within<T>(ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const cancel = this.#services.clock.after(ms, () => controller.abort())
    try {
      return await work(AbortSignal.any([signal, controller.signal]))
    } finally {
      cancel()
    }
  }
}

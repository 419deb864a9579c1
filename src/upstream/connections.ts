/** The connections to one origin, one call at a time on each. */
import { Client, Dispatcher } from 'undici'

/**
 * In place of undici's own pool, which looks at each of its connections twice a call: with a thousand open streams that takes ~10 µs. Here
 * those that are free stand in a list.
 */
export class Connections extends Dispatcher {
  readonly #origin: string
  readonly #options: Client.Options
  readonly #all = new Set<Client>()
  /** The last one that became free is taken first, so that those that are too many fall silent and close. */
  readonly #free: Client[] = []
  #isOver = false

  /** `connect` is for all of them, as it knows the sessions of TLS. HTTP/1.1 only, one call at a time: an answer may take minutes. */
  constructor(origin: string, options: Omit<Client.Options, 'pipelining' | 'allowH2'>) {
    super()
    this.#origin = origin
    this.#options = { ...options, pipelining: 1, allowH2: false }
  }

  override dispatch(call: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const client = this.#free.pop() ?? this.#open()
    const isBusy = !client.dispatch(call, handler)
    // A call that is no call was refused at once, and no end of it will be told.
    if (isBusy && client.stats.size === 0) this.#isFree(client)
    return true
  }

  #open(): Client {
    const client = new Client(this.#origin, this.#options)
    if (this.#isOver) void client.destroy()
    this.#all.add(client)
    client.on('drain', () => this.#isFree(client))
    // It may be in any state, and is not used again; undici's own pool does so too (its issue 3895).
    client.on('connectionError', () => this.#all.delete(client))
    return client
  }

  #isFree(client: Client): void {
    if (this.#all.has(client)) this.#free.push(client)
  }

  /** What is in flight fails, and so does what comes later. */
  override async destroy(): Promise<void> {
    this.#isOver = true
    this.#free.length = 0
    await Promise.all([...this.#all].map((client) => client.destroy()))
  }
}

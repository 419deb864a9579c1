/** One that reads along, over server-sent events: what it has not taken yet is never more than one event and what the kernel holds. */
import type { ServerResponse } from 'node:http'
import type { Entry } from '../observe/journal/entry.ts'
import { sseEvent } from '../wire/sse.ts'
import type { ApiEvent, DrillRunView } from './views.ts'

/** As many as a page shows at most: of a reader who misses more, the older ones are old news. */
const mostMissed = 200

export class Reader {
  readonly #response: ServerResponse
  readonly #status: () => string
  #isBehind = false
  #missesStatus = false
  #missedDrill: DrillRunView | undefined
  readonly #missed = new Map<string, Entry>()

  /** `status`: the event, as it would be told now. */
  constructor(response: ServerResponse, status: () => string) {
    this.#response = response
    this.#status = status
    response.on('error', () => {})
    response.on('drain', () => this.#catchUp())
  }

  begin(): void {
    // A reader that loses its connection comes again after a second.
    this.#write(`retry: 1000\n\n${this.#status()}`)
  }

  status(frame: string): void {
    if (this.#isBehind) this.#missesStatus = true
    else this.#write(frame)
  }

  exchange(entry: Entry, frame: string): void {
    if (!this.#isBehind) return this.#write(frame)
    this.#missed.delete(entry.id)
    this.#missed.set(entry.id, entry)
    const [oldest] = this.#missed.keys()
    if (this.#missed.size > mostMissed && oldest !== undefined) this.#missed.delete(oldest)
  }

  drill(run: DrillRunView): void {
    if (this.#isBehind) this.#missedDrill = run
    else this.#write(frameOf({ event: 'drill', data: run }))
  }

  beat(): void {
    if (!this.#isBehind) this.#write(': still here\n\n')
  }

  end(): void {
    this.#response.end()
  }

  #write(text: string): void {
    if (!this.#response.write(text)) this.#isBehind = true
  }

  /** What it missed, as it is by now: the status, then each exchange once. */
  #catchUp(): void {
    this.#isBehind = false
    const [status, run] = [this.#missesStatus, this.#missedDrill]
    this.#missesStatus = false
    this.#missedDrill = undefined
    if (status) this.#write(this.#status())
    if (run) this.drill(run)
    for (const [id, entry] of this.#missed) {
      if (this.#isBehind) return
      this.#missed.delete(id)
      this.#write(exchangeFrame(entry))
    }
  }
}

/** What was said is not told to everybody who watches: whoever opens the exchange is shown it (`CAPTURE`). */
export function withoutContent(entry: Entry): Entry {
  const { content: _, ...rest } = entry
  return rest
}

export function exchangeFrame(entry: Entry): string {
  return frameOf({ event: 'exchange', data: withoutContent(entry) })
}

export function frameOf({ event, data }: ApiEvent): string {
  return sseEvent(event, JSON.stringify(data))
}

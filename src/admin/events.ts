/**
 * What happens, as it happens, for everybody who reads along: server-sent events. Nobody is listened to, and no timer stands, while nobody
 * does. A reader who is slower than what happens is told less of it, and then how everything is by now.
 */
import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Entry } from '../observe/entry.ts'
import type { Journal } from '../observe/journal.ts'
import type { ApiEvent, DrillRunView, StatusView } from './views.ts'

export interface Events {
  /** False when too many read along already, or Trooper is stopping. */
  open(response: ServerResponse): boolean
  drill(run: DrillRunView): void
  close(): void
}

/** More tabs and terminals than this are no person's. */
const mostReaders = 64
/** A status is not told more often. */
const pauseMs = 250
/** Without an exchange it may change too: a rest is over, an engine is gone, the network is back. */
const lookEveryMs = 1000
const heartbeatMs = 15_000

export function createEvents(journal: Journal, statusNow: () => StatusView, clock: Clock): Events {
  const readers = new Set<Reader>()
  const changed = new Map<string, Entry>()
  let isClosed = false
  let isFlushing = false
  let toldAtMs = Number.NEGATIVE_INFINITY
  let known = ''
  let stopListening = (): void => {}
  let cancelLook = (): void => {}
  let cancelBeat = (): void => {}

  /** Told where it differs from the last one in more than its time. */
  const look = (): void => {
    cancelLook()
    if (readers.size === 0) return
    cancelLook = clock.after(lookEveryMs, look)
    const status = statusNow()
    const text = textOf(status)
    if (text === known) return
    known = text
    toldAtMs = clock.now()
    const frame = frameOf({ event: 'status', data: status })
    for (const reader of readers) reader.status(frame)
  }

  const lookSoon = (): void => {
    const leftMs = toldAtMs + pauseMs - clock.now()
    if (leftMs <= 0) return look()
    cancelLook()
    cancelLook = clock.after(leftMs, look)
  }

  const flush = (): void => {
    isFlushing = false
    for (const entry of changed.values()) {
      const frame = exchangeFrame(entry)
      for (const reader of readers) reader.exchange(entry, frame)
    }
    changed.clear()
    lookSoon()
  }

  /** In the exchange's own path: what takes time is done behind it, once for all that happened in a turn. */
  const note = (entry: Entry): void => {
    changed.set(entry.id, entry)
    if (!isFlushing) setImmediate(flush)
    isFlushing = true
  }

  const beat = (): void => {
    cancelBeat = clock.after(heartbeatMs, beat)
    for (const reader of readers) reader.beat()
  }

  /** The first reader is told the status as every reader is, when it comes. */
  const begin = (): void => {
    stopListening = journal.listen(note)
    cancelBeat = clock.after(heartbeatMs, beat)
    cancelLook = clock.after(lookEveryMs, look)
    known = textOf(statusNow())
  }

  const end = (): void => {
    stopListening()
    cancelLook()
    cancelBeat()
    changed.clear()
  }

  return {
    open: (response) => {
      if (isClosed || readers.size >= mostReaders) return false
      const reader = new Reader(response, () => frameOf({ event: 'status', data: statusNow() }))
      response.once('close', () => {
        readers.delete(reader)
        if (readers.size === 0) end()
      })
      if (readers.size === 0) begin()
      readers.add(reader)
      reader.begin()
      return true
    },
    drill: (run) => {
      for (const reader of readers) reader.drill(run)
    },
    close: () => {
      isClosed = true
      for (const reader of readers) reader.end()
    },
  }
}

/** As many as a page shows at most: of a reader who misses more, the older ones are old news. */
const mostMissed = 200

/** One that reads along. What it has not taken yet is never more than one event and what the kernel holds. */
class Reader {
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

/** Two that differ in nothing but the time have the same. */
function textOf(status: StatusView): string {
  return JSON.stringify({ ...status, nowMs: 0 })
}

/** What was said is not told to everybody who watches: whoever opens the exchange is shown it (`CAPTURE`). */
export function withoutContent({ content: _, ...entry }: Entry): Entry {
  return entry
}

function exchangeFrame(entry: Entry): string {
  return frameOf({ event: 'exchange', data: withoutContent(entry) })
}

function frameOf({ event, data }: ApiEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

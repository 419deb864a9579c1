/**
 * What happens, as it happens, for everybody who reads along. Nobody is listened to, and no timer stands, while nobody does. A reader who is
 * slower than what happens is told less of it, and then how everything is by now (reader.ts).
 */
import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Entry } from '../observe/journal/entry.ts'
import type { Journal } from '../observe/journal/journal.ts'
import { exchangeFrame, frameOf, Reader } from './reader.ts'
import { signEveryMs } from './signs.ts'
import type { DrillRunView, StatusView } from './views.ts'

export interface Events {
  /** False when too many read along already, or Trooper is stopping. */
  open(response: ServerResponse): boolean
  drill(run: DrillRunView): void
  /** Somebody changed something that the status may tell. */
  nudge(): void
  close(): void
}

/** More tabs and terminals than this are no person's. */
const mostReaders = 64

export function createEvents(journal: Journal, statusNow: () => StatusView, clock: Clock): Events {
  const readers = new Set<Reader>()
  const changed = new Map<string, Entry>()
  let isClosed = false
  let isFlushing = false
  let stopListening = (): void => {}
  let cancelBeat = (): void => {}

  const watch = createStatusWatch(statusNow, clock, (status) => {
    const frame = frameOf({ event: 'status', data: status })
    for (const reader of readers) reader.status(frame)
  })

  const nudge = (): void => {
    if (readers.size > 0) watch.lookSoon()
  }

  const flush = (): void => {
    isFlushing = false
    for (const entry of changed.values()) {
      const frame = exchangeFrame(entry)
      for (const reader of readers) reader.exchange(entry, frame)
    }
    changed.clear()
    nudge()
  }

  /** In the exchange's own path: what takes time is done behind it, once for all that happened in a turn. */
  const note = (entry: Entry): void => {
    changed.set(entry.id, entry)
    if (!isFlushing) setImmediate(flush)
    isFlushing = true
  }

  const beat = (): void => {
    cancelBeat = clock.after(signEveryMs, beat)
    for (const reader of readers) reader.beat()
  }

  const begin = (): void => {
    stopListening = journal.listen(note)
    cancelBeat = clock.after(signEveryMs, beat)
    watch.begin()
  }

  const end = (): void => {
    stopListening()
    cancelBeat()
    watch.end()
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
    nudge,
    close: () => {
      isClosed = true
      for (const reader of readers) reader.end()
    },
  }
}

/** A status is not told more often. */
const pauseMs = 250
/** Without an exchange it may change too: a rest is over, an engine is gone, the network is back. */
const lookEveryMs = 1000

/** Tells a status that differs from the last one in more than its time. */
function createStatusWatch(statusNow: () => StatusView, clock: Clock, tell: (status: StatusView) => void) {
  let known = ''
  let toldAtMs = Number.NEGATIVE_INFINITY
  let cancel = (): void => {}

  const lookIn = (ms: number): void => {
    cancel()
    cancel = clock.after(ms, look)
  }

  const look = (): void => {
    lookIn(lookEveryMs)
    const status = statusNow()
    const text = withoutTime(status)
    if (text === known) return
    known = text
    toldAtMs = clock.now()
    tell(status)
  }

  return {
    /** Every reader is told the first one when it comes. */
    begin: () => {
      known = withoutTime(statusNow())
      lookIn(lookEveryMs)
    },
    lookSoon: () => {
      const leftMs = toldAtMs + pauseMs - clock.now()
      // No longer than that, also where somebody has set the clock back.
      if (leftMs > 0) lookIn(Math.min(leftMs, pauseMs))
      else look()
    },
    end: () => cancel(),
  }
}

function withoutTime(status: StatusView): string {
  return JSON.stringify({ ...status, nowMs: 0 })
}

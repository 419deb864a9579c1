/** Traces of exchanges, sent to a collector (OTLP over HTTP, as JSON): together, and off the exchange's path. */
import type { Clock } from '../../clock.ts'
import type { Pools } from '../../upstream/pools.ts'
import type { FindTarget } from '../prices/bill.ts'
import type { Ended } from '../journal/ended.ts'
import type { Entry } from '../journal/entry.ts'
import type { Log } from '../log/log.ts'
import { exportOf } from './otlp.ts'
import { sendTraces, type Sent } from './send-traces.ts'
import { spansOf } from './spans.ts'

export interface Traces {
  /** How many spans the collector has taken, and how many are lost. */
  readonly counts: { readonly exported: number; readonly dropped: number }
  /** Sends what is left, for no longer than {@link lastMs}. */
  settle(): Promise<void>
}

export interface TraceSettings {
  endpoint: URL
  headers: Readonly<Record<string, string>>
  /** What this Trooper is, as attributes. */
  resource: Readonly<Record<string, string>>
}

interface Parts {
  settings: TraceSettings
  ended: Ended
  find: FindTarget
  pools: Pools
  clock: Clock
  log: Log
  version: string
}

/** Exchanges in one message, and those that wait; one is ~2 kB. */
const mostAtOnce = 256
const mostWaiting = 2048
/** After a failure that may pass; then what was to be sent is lost, as there is more to come. */
const retriesAfterMs = [1000, 4000]
const lastMs = 3000

export function createTraces({ settings, ended, find, pools, clock, log, version }: Parts): Traces {
  const counts = { exported: 0, dropped: 0 }
  let waiting: Entry[] = []
  let cancel: (() => void) | undefined
  let underWay: Promise<void> | undefined
  let isStopping = false
  let isTold = false

  const spanCount = (entries: readonly Entry[]): number =>
    entries.reduce((count, { attempts }) => count + 1 + attempts.filter(({ end }) => end.is !== 'skipped').length, 0)

  const tellTrouble = (words: string): void => {
    if (isTold) return
    isTold = true
    const where = settings.endpoint.origin + settings.endpoint.pathname
    log.warn(
      `⚠️ Traces cannot be sent to ${where} (${words}): it has to be a collector that takes OTLP over HTTP as JSON`,
    )
  }

  const send = async (entries: readonly Entry[], retries: readonly number[]): Promise<void> => {
    const spans = entries.flatMap((entry) => spansOf(entry, find))
    const sent: Sent = await sendTraces(pools, clock, settings, exportOf(spans, settings.resource, version))
    if (sent.is === 'taken') {
      counts.exported += spans.length - sent.rejected
      counts.dropped += sent.rejected
      return
    }
    tellTrouble(sent.words)
    const [afterMs, ...later] = retries
    if (sent.is === 'refused' || afterMs === undefined || isStopping) return void (counts.dropped += spans.length)
    await pause(clock, sent.afterMs ?? afterMs)
    return send(entries, later)
  }

  /** Also what comes meanwhile. */
  const sendAll = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        const entries = waiting.slice(0, mostAtOnce)
        waiting = waiting.slice(mostAtOnce)
        await send(entries, retriesAfterMs)
      }
    } finally {
      underWay = undefined
    }
  }

  const start = (): Promise<void> => {
    cancel?.()
    cancel = undefined
    underWay ??= sendAll()
    return underWay
  }

  ended.listen((entry) => {
    if (!entry.trace) return
    if (waiting.length >= mostWaiting) return void (counts.dropped += spanCount([entry]))
    waiting.push(entry)
    // They come together (ended.ts), and so they are sent.
    if (!underWay) cancel ??= clock.after(0, () => void start())
  })

  return {
    counts,
    settle: async () => {
      ended.flush()
      isStopping = true
      let stopWaiting = (): void => {}
      const late = new Promise<void>((resolve) => {
        stopWaiting = clock.after(lastMs, resolve)
      })
      await Promise.race([start(), late])
      stopWaiting()
    },
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}

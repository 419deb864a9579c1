/** What Prometheus is told of this Trooper (`GET /metrics`). What writes it is loaded when somebody asks for the first time. */
import { ExchangeCounts } from './count-exchange.ts'
import type { Ended } from '../journal/ended.ts'
import type { Exposition } from './exposition.ts'
import { createInFlightMeters } from './in-flight.ts'
import type { Journal } from '../journal/journal.ts'
import { Histogram, type Meter } from './meters.ts'
import { createStateMeters, type State } from './state-meters.ts'

export interface Metrics {
  /** As it is now. */
  tell(): Promise<{ contentType: string; text: string }>
}

interface Parts extends State {
  journal: Journal
  ended: Ended
}

export function createMetrics(parts: Parts): Metrics {
  const { ended } = parts
  const { meters, histograms } = createMeters(parts)
  let loaded: Promise<Exposition> | undefined
  return {
    tell: async () => {
      loaded ??= import('./exposition.ts').then(({ createExposition }) => createExposition(meters, histograms))
      const exposition = await loaded
      ended.flush()
      return { contentType: exposition.contentType, text: await exposition.text() }
    },
  }
}

/** All that is told beside what is told of every Node process. */
export function createMeters({ journal, ended, ...state }: Parts): { meters: Meter[]; histograms: Histogram[] } {
  const counts = new ExchangeCounts(state.chains)
  ended.listen((entry, bill) => counts.add(entry, bill))
  const own = Object.values(counts.meters)
  const meters: Meter[] = [
    ...own.filter((meter) => !(meter instanceof Histogram)),
    ...createInFlightMeters(journal, state.chains),
    ...createStateMeters(state),
  ]
  return { meters, histograms: own.filter((meter) => meter instanceof Histogram) }
}

/** A Trooper that has just been started for the first time: nothing is known of any target. */
import type { Clock } from '../../src/clock.ts'
import { createLoads } from '../../src/exchange/local/loads.ts'
import { createPlaces } from '../../src/exchange/local/places.ts'
import { noWarmUp } from '../../src/exchange/local/warm-up.ts'
import { createCounts } from '../../src/observe/metrics/counts.ts'
import { emptyDay } from '../../src/observe/days/day.ts'
import type { Days } from '../../src/observe/days/days.ts'
import { createEnded } from '../../src/observe/journal/ended.ts'
import { createJournal } from '../../src/observe/journal/journal.ts'
import { createBreakers } from '../../src/routing/breakers.ts'
import { createLedger } from '../../src/routing/ledger.ts'
import { createOverride } from '../../src/routing/override.ts'
import { createPayerBook } from '../../src/routing/payers.ts'
import { createUsageBook } from '../../src/routing/usage.ts'
import { createNetworkWatch } from '../../src/upstream/network-watch.ts'

export function nothingKnown(clock: Clock) {
  const report = { lost: () => {}, found: () => {} }
  return {
    ledger: createLedger(),
    breakers: createBreakers(),
    payers: createPayerBook(),
    usage: createUsageBook(),
    override: createOverride(),
    handoverAt: undefined,
    network: createNetworkWatch(clock, [], () => Promise.resolve(false), report),
    counts: createCounts(),
    journal: createJournal(
      1000,
      'test',
      createEnded(() => undefined, clock),
    ),
    days: noDays,
    places: createPlaces(64),
    warmUp: noWarmUp,
    loads: createLoads(clock, 600_000, { info: () => {}, warn: () => {}, error: () => {} }),
  }
}

/** Nothing is added up. */
const noDays: Days = { today: () => emptyDay('1970-01-01'), list: () => [], settle: async () => {} }

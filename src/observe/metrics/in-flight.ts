/** The exchanges that are under way, and whom they have asked: what Prometheus calls saturation. */
import type { Chains } from '../../routing/chains.ts'
import type { Entry } from '../journal/entry.ts'
import type { Journal } from '../journal/journal.ts'
import type { Meter, Reading } from './meters.ts'

/** So many are looked through, and those that are over left out: of a set, an exchange's coming and going would cost ~0.5 µs. */
const mostOver = 64

export function createInFlightMeters(journal: Journal, chains: Chains): Meter[] {
  let begun: Entry[] = []
  let sweepAt = mostOver

  const open = (): Entry[] => {
    begun = begun.filter(({ end }) => end.is === 'open')
    sweepAt = begun.length + mostOver
    return begun
  }

  journal.onBegin((entry) => {
    if (begun.push(entry) >= sweepAt) open()
  })

  return [
    {
      type: 'gauge',
      facts: {
        name: 'trooper_exchanges_in_flight',
        help: 'Requests of clients that are being answered.',
        labels: ['dialect'],
      },
      read: () => {
        const dialects = Object.keys(chains).map((dialect) => [dialect])
        return count(
          dialects,
          open().map(({ dialect }) => [dialect]),
        )
      },
    },
    {
      type: 'gauge',
      facts: {
        name: 'trooper_attempts_in_flight',
        help: 'Calls of a target that are under way, those that wait for their turn included.',
        labels: ['target', 'dialect'],
      },
      read: () => {
        const ways = Object.entries(chains).flatMap(([dialect, chain]) => chain.map(({ name }) => [name, dialect]))
        return count(ways, open().flatMap(openAttempts))
      },
    },
  ]
}

function openAttempts({ attempts, dialect }: Entry): string[][] {
  return attempts.flatMap(({ target, end }) => (end.is === 'open' ? [[target, dialect]] : []))
}

/** How often each is there; those of `all` also when they are not. */
function count(all: readonly string[][], there: readonly string[][]): Reading[] {
  const readings = new Map(all.map((labels) => [labels.join('\n'), { labels, value: 0 }]))
  for (const labels of there) {
    const key = labels.join('\n')
    const reading = readings.get(key) ?? { labels, value: 0 }
    reading.value += 1
    readings.set(key, reading)
  }
  return [...readings.values()]
}

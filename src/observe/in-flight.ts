/** The exchanges that are under way, and whom they have asked: what Prometheus calls saturation. */
import type { Entry } from './entry.ts'
import type { Journal } from './journal.ts'
import type { Meter, Reading } from './meters.ts'

/** An exchange costs an entry in a set. */
export function createInFlightMeters(journal: Journal): Meter[] {
  const open = new Set<Entry>()
  /** So that what was asked once is told as 0, not as nothing. */
  const exchanges = new Map<string, Reading>()
  const attempts = new Map<string, Reading>()

  journal.listen((entry, moment) => {
    if (moment === 'began') open.add(entry)
    if (moment === 'ended') open.delete(entry)
  })

  return [
    {
      type: 'gauge',
      facts: {
        name: 'trooper_exchanges_in_flight',
        help: 'Requests of clients that are being answered.',
        labels: ['dialect'],
      },
      read: () =>
        recount(
          exchanges,
          [...open].map(({ dialect }) => [dialect]),
        ),
    },
    {
      type: 'gauge',
      facts: {
        name: 'trooper_attempts_in_flight',
        help: 'Calls of a target that are under way, those that wait for their turn included.',
        labels: ['target', 'dialect'],
      },
      read: () => recount(attempts, [...open].flatMap(openAttempts)),
    },
  ]
}

function openAttempts({ attempts, dialect }: Entry): string[][] {
  return attempts.flatMap(({ target, end }) => (end.is === 'open' ? [[target, dialect]] : []))
}

function recount(readings: Map<string, Reading>, all: readonly string[][]): Reading[] {
  for (const reading of readings.values()) reading.value = 0
  for (const labels of all) {
    const key = labels.join('\n')
    const reading = readings.get(key) ?? { labels, value: 0 }
    reading.value += 1
    readings.set(key, reading)
  }
  return [...readings.values()]
}

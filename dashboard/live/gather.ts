/** Exchanges that come one upon the other are taken in together, everything else at once; always in the order in which it came. */
import type { Clock } from '../../src/clock.ts'
import type { Change } from '../model/apply.ts'

/** The page is not drawn more often. */
const gatheredMs = 50

export function gather(clock: Clock, take: (changes: Change[]) => void): (change: Change) => void {
  let waiting: Change[] = []
  let cancel = (): void => {}
  const flush = (): void => {
    cancel()
    const changes = waiting
    waiting = []
    take(changes)
  }
  return (change) => {
    waiting.push(change)
    if (change.type !== 'event' || change.event.event !== 'exchange') return flush()
    if (waiting.length === 1) cancel = clock.after(gatheredMs, flush)
  }
}

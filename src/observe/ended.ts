/**
 * Exchanges that have ended, for those who add them up. They are counted together and later, so that an exchange pays for no more than
 * its place in a list.
 */
import type { Clock } from '../clock.ts'
import { billOf, type Bill, type FindTarget } from './bill.ts'
import type { Entry } from './entry.ts'
import type { Journal } from './journal.ts'

type TakeEnded = (entry: Entry, bill: Bill) => void

export interface Ended {
  /** Whoever wants to know all of them now calls `flush` first. */
  listen(take: TakeEnded): void
  flush(): void
  /** Those that end from now on are not counted. */
  stop(): void
}

const pauseMs = 1000
/** They take ~1 µs each. */
const mostWaiting = 64

export function gatherEnded(journal: Journal, find: FindTarget, clock: Clock): Ended {
  const takers: TakeEnded[] = []
  let waiting: Entry[] = []
  let cancel: (() => void) | undefined

  const flush = (): void => {
    cancel?.()
    cancel = undefined
    const entries = waiting
    waiting = []
    for (const entry of entries) {
      const bill = billOf(entry, find)
      for (const take of takers) take(entry, bill)
    }
  }

  const stopListening = journal.listen((entry, moment) => {
    if (moment !== 'ended') return
    waiting.push(entry)
    if (waiting.length >= mostWaiting) flush()
    else cancel ??= clock.after(pauseMs, flush)
  })

  return {
    listen: (take) => void takers.push(take),
    flush,
    stop: () => {
      stopListening()
      flush()
    },
  }
}

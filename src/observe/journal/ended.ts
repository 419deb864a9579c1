/**
 * Exchanges that have ended, for those who write them down and add them up. What is left to say of them is said, and all of it counted,
 * together and later: an exchange pays for no more than its place in a list, and what is done for many at once finds its code at hand, which
 * between two requests it would have to wait for.
 */
import type { Clock } from '../../clock.ts'
import { billOf, type Bill, type FindTarget } from '../prices/bill.ts'
import type { Entry } from './entry.ts'

/** An exchange that is over. */
export interface Ending {
  readonly entry: Entry
  /** Has its entry say all that is known. Called once, before anybody reads that. */
  complete(): void
}

type TakeEnded = (entry: Entry, bill: Bill) => void

interface Billed {
  entry: Entry
  bill: Bill
}

export interface Ended {
  add(ending: Ending): void
  /** Whoever wants to know all of them now calls `flush` first. */
  listen(take: TakeEnded): void
  flush(): void
  /** Those that end from now on are not counted. */
  stop(): void
}

const pauseMs = 1000
/** ~2 µs each. */
const mostWaiting = 64

/** `onFault` is told of faults of Trooper's own: one exchange takes no other with it, nor the process, as nobody's request waits here. */
export function createEnded(find: FindTarget, clock: Clock, onFault: (error: unknown) => void = raise): Ended {
  const takers: TakeEnded[] = []
  let isStopped = false
  let waiting: Ending[] = []
  let cancel: (() => void) | undefined

  const guarded = <T, R>(step: (one: T) => R, one: T): R | undefined => {
    try {
      return step(one)
    } catch (error) {
      onFault(error)
      return undefined
    }
  }
  const complete = (ending: Ending): void => ending.complete()
  const bill = ({ entry }: Ending): Billed => ({ entry, bill: billOf(entry, find) })

  const flush = (): void => {
    cancel?.()
    cancel = undefined
    const endings = waiting
    waiting = []
    // Step by step for all of them: the code of every step together is more than a core keeps at hand.
    for (const ending of endings) guarded(complete, ending)
    const bills = endings.flatMap((ending) => guarded(bill, ending) ?? [])
    for (const take of takers) {
      const tell = (told: Billed): void => take(told.entry, told.bill)
      for (const told of bills) guarded(tell, told)
    }
  }

  return {
    add: (ending) => {
      if (isStopped) return
      waiting.push(ending)
      if (waiting.length >= mostWaiting) flush()
      else cancel ??= clock.after(pauseMs, flush)
    },
    listen: (take) => void takers.push(take),
    flush,
    stop: () => {
      flush()
      isStopped = true
    },
  }
}

function raise(error: unknown): never {
  throw error
}

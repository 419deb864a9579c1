/** How long a call may take, and who is asked when it takes longer. */
import type { HeaderList } from '../wire/headers.ts'

/** How long a target may stay silent, each clock beginning where the one before it ends; in milliseconds. */
export interface Limits {
  /** To a connection that the request goes out on. */
  connectMs: number
  /** To the head of the answer. */
  headMs: number
  /** To the first thing that it says: pings and comments do not count. */
  firstContentMs: number
  /** To the next thing that it says. */
  stallMs: number
}

export interface Patience {
  limits: Limits
  /** Of a model that thinks: they count from when it is known to. */
  thinking: Limits
  /** Asked only when one of `limits` has run out, as it may have to read the whole request. */
  mayThink: () => boolean
  /** Epoch milliseconds at which nobody has time left to answer. */
  deadlineMs: number
  /** Set where another target may be asked beside this one. */
  race: Race | undefined
  /** Wants to know how far a call has come. */
  milestones?: Milestones
}

/** Each is told once a call; times in epoch milliseconds. */
export interface Milestones {
  /** The request goes out: the headers that it goes out with. */
  sent(headers: HeaderList): HeaderList
  connected(nowMs: number): void
  headCame(nowMs: number): void
  /** The first content came. */
  spoke(nowMs: number): void
}

interface Race {
  /** The first content is late: true when the call shall go on all the same. */
  onLate: () => boolean
  onContent: () => void
  /** Nobody is asked beside this one any more, nor will be. */
  isAlone: () => boolean
}

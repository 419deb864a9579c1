/** Everything that the page knows; it changes only by {@link apply}. */
import type { DayView, DrillRunView, DrillView, StatusView } from '../../src/admin/views.ts'
import type { Entry } from '../../src/observe/journal/entry.ts'

export interface Model {
  link: Link
  /** Unset until Trooper has said it. */
  status?: StatusView
  /** Newest first. */
  exchanges: readonly Entry[]
  /** The ids of those that are open by the word of an event of this connection: whatever came of them, an event tells. */
  followed: ReadonlySet<string>
  /** What there is of before the page was opened. */
  history: History
  /** Newest first; unset until they have come. */
  days?: readonly DayView[]
  /** What can be drilled; unset until somebody asks. */
  scenarios?: DrillView['scenarios']
  /** The drill under way, or the last one. */
  drill?: DrillRunView
  /** Trooper's clock less this machine's. */
  skewMs: number
}

type History =
  | { is: 'loading' }
  /** `before`: the id to ask for earlier exchanges; unset where there are none. */
  | { is: 'known'; before?: string }
  | { is: 'failed'; problem: string }

/** How the page hears of Trooper. */
export type Link =
  | { is: 'opening' }
  | { is: 'live' }
  /** Nobody sees the page. */
  | { is: 'asleep' }
  /** It tries again by itself. `problem`: one sentence, where Trooper answered with one. */
  | { is: 'lost'; sinceMs: number; retryAtMs: number; problem?: string }
  /** Trooper wants its token. */
  | { is: 'locked' }

export const emptyModel: Model = {
  link: { is: 'opening' },
  exchanges: [],
  followed: new Set(),
  history: { is: 'loading' },
  skewMs: 0,
}

/** More than the journal keeps by default, so that nothing vanishes that Trooper still has. */
export const keptExchanges = 2000

/** How an attempt ended, and what the attempts of one exchange share. */
import type { Clock } from '../clock.ts'
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { Engines } from '../engines/engine.ts'
import type { Failure } from '../ir/failure.ts'
import type { Log } from '../observe/log.ts'
import type { Ledger } from '../routing/ledger.ts'
import type { Target } from '../routing/target.ts'
import type { Policy } from '../routing/verdict.ts'
import type { Silence } from '../upstream/attempt.ts'
import type { Pools } from '../upstream/pools.ts'
import type { HeaderList } from '../wire/headers.ts'
import type { HeldAnswer } from './reply.ts'

export type Outcome =
  /** The client has its answer, whole or closed with an in-band error. */
  | { type: 'answered' }
  /** Nothing has reached the client. `original` is what the target said, as it said it. */
  | { type: 'failed'; failure: Failure; original?: HeldAnswer }

/** What an exchange works with. */
export interface Services {
  /** Primary first, then the fallbacks in priority order. */
  chain: readonly Target[]
  policy: Policy
  silence: Silence
  ledger: Ledger
  pools: Pools
  engines: Engines
  clock: Clock
  log: Log
  /** 24 random lower-case hex digits. */
  unique: () => string
}

/** One conversation request, read whole and not parsed. */
export interface Incoming {
  dialect: ClientDialectName
  /** The client's query with its `?`, or empty. */
  query: string
  headers: HeaderList
  body: Buffer
}

export const clientGone: Outcome = { type: 'failed', failure: { kind: 'client-gone', message: 'The client left.' } }

/** What a question needs besides itself, where nobody is waiting for its answer. */
import type { Log } from '../../src/observe/log/log.ts'
import { unrecorded } from '../../src/exchange/record.ts'
import type { Turn } from '../../src/exchange/outcome.ts'
import type { Target } from '../../src/routing/target.ts'

const log: Log = { info: () => {}, warn: () => {}, error: () => {} }

export const nobodyWaits = { log }

export function plainTurn(target: Target): Turn {
  return {
    target,
    sinceMs: 0,
    reply: {
      isGone: false,
      onGone: () => {},
      onDrain: () => {},
      head: () => {},
      flushHead: () => {},
      write: () => true,
      end: () => {},
      abort: () => {},
    },
    patience: {
      limits: { connectMs: 1, headMs: 1, firstContentMs: 1, stallMs: 1 },
      thinking: { connectMs: 1, headMs: 1, firstContentMs: 1, stallMs: 1 },
      mayThink: () => false,
      deadlineMs: Number.POSITIVE_INFINITY,
      race: undefined,
    },
    record: unrecorded(target, 0),
  }
}

/** What may happen in a race, in any order: drawn by fast-check. */
import fc from 'fast-check'
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import type { TestedDialect } from '../e2e/trooper.ts'
import { faults, shapes, type Fault, type Shape } from './race-speaker.ts'

export type Move =
  | { do: 'pass'; seconds: number }
  /** The newest call of a target for a client goes on. */
  | ({ do: 'step'; steps: number } & Whose)
  | ({ do: 'ping' } & Whose)
  | ({ do: 'fail'; fault: Fault } & Whose)
  | { do: 'leave'; who: number }

interface Whose {
  /** Where there is no second cloud, the first. */
  by: 'first' | 'second' | 'local'
  /** Where there is no second client, the first. */
  for: number
}

export interface ClientPlan {
  dialect: ClientDialectName
  stream: boolean
  thinks: boolean
  tools: boolean
}

export interface Script {
  /** In the order of the chain; the local model is the last of it. */
  clouds: TestedDialect[]
  clients: ClientPlan[]
  seam: boolean
  /** Of the answers, in the order of the calls. */
  shapes: Shape[]
  moves: Move[]
  /** Who of those that are still asked when all that has happened says the rest. */
  ending: 'the first asked' | 'the last asked' | 'nobody'
}

const by = fc.oneof(
  weighted(3, fc.constant('first' as const)),
  weighted(3, fc.constant('local' as const)),
  weighted(1, fc.constant('second' as const)),
)
const who = { by, for: fc.nat(1) }
const seconds = fc.constantFrom(0, 1, 2, 5, 9, 10, 15, 16, 30, 44, 59, 60, 61, 120, 240, 299)

const step = fc.record({ do: fc.constant('step' as const), ...who, steps: fc.integer({ min: 1, max: 7 }) })
const fault = fc.record({ do: fc.constant('fail' as const), ...who, fault: fc.constantFrom(...faults) })
const move: fc.Arbitrary<Move> = fc.oneof(
  weighted(8, fc.record({ do: fc.constant('pass' as const), seconds })),
  weighted(16, step),
  weighted(2, fc.record({ do: fc.constant('ping' as const), ...who })),
  weighted(3, fault),
  weighted(1, fc.record({ do: fc.constant('leave' as const), who: fc.nat(1) })),
)

/** The first targets announce an answer, and are late with it: without this, hardly ever is there a race. */
const lateness = fc
  .record({ steps: fc.constantFrom(2, 2, 3, 3, 4), seconds: fc.constantFrom(59, 60, 61, 75, 100, 300, 301, 330) })
  .map(({ steps, seconds }): Move[] => [
    { do: 'step', by: 'first', for: 0, steps },
    { do: 'step', by: 'first', for: 1, steps },
    { do: 'pass', seconds },
  ])

const moves = fc
  .tuple(fc.oneof(weighted(5, lateness), weighted(1, fc.constant<Move[]>([]))), fc.array(move, { maxLength: 14 }))
  .map(([opening, more]) => [...opening, ...more])

const cloud = fc.constantFrom<TestedDialect>('anthropic', 'openai-chat', 'openai-responses')
const mostly = (usual: boolean): fc.Arbitrary<boolean> =>
  fc.oneof(weighted(3, fc.constant(usual)), weighted(1, fc.constant(!usual)))

/** All its clients speak one dialect. */
export function scriptsOf(dialect: ClientDialectName): fc.Arbitrary<Script> {
  const plan = fc.record({
    dialect: fc.constant(dialect),
    stream: mostly(true),
    thinks: mostly(false),
    tools: fc.boolean(),
  })
  const own = dialect === 'ollama' ? cloud : fc.oneof(weighted(3, fc.constant(dialect)), weighted(1, cloud))
  return fc.record({
    clouds: fc.oneof(weighted(2, fc.tuple(own)), weighted(1, fc.tuple(own, cloud))),
    clients: fc.array(plan, { minLength: 1, maxLength: 2 }),
    seam: mostly(true),
    shapes: fc.array(fc.constantFrom(...shapes), { minLength: 6, maxLength: 6 }),
    moves,
    ending: fc.constantFrom('the first asked' as const, 'the last asked' as const, 'nobody' as const),
  })
}

function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> {
  return { weight, arbitrary }
}

/** What Trooper and the process of a drill that it runs for somebody say to each other. */
import * as z from 'zod'
import type { Target } from '../routing/target.ts'
import { wires, type Wire } from './app.ts'
import type { Played } from './drill.ts'
import type { Outcome } from './scenario.ts'

/** To the process, in one line on its stdin: arguments and environment are for everyone to read. */
export interface DrillAssignment {
  /** Names; in this order. */
  scenarios: readonly string[]
  /** Unset: all of them, or as many as a real model has the time for. */
  wires?: readonly Wire[]
  standIn: boolean
  /** The configured local models, in priority order. No provider is among them. */
  models: readonly Target[]
}

const outcomes = ['provider', 'local', 'both', 'refused', 'told', 'cut'] as const satisfies readonly Outcome[]

const run = z.object({
  dialect: z.enum(wires),
  streamed: z.boolean(),
  ok: z.boolean(),
  outcomes: z.array(z.enum(outcomes)),
  tookMs: z.number(),
})

const progress = z.discriminatedUnion('type', [
  z.object({ type: z.literal('model'), sentence: z.string() }),
  z.object({ type: z.literal('playing'), scenario: z.string() }),
  z.object({ type: z.literal('played'), scenario: z.string(), ok: z.boolean(), runs: z.array(run) }),
  z.object({ type: z.literal('failed'), problem: z.string() }),
])

/** From the process, a line each on its stdout. */
export type DrillProgress = z.infer<typeof progress>

/** `undefined` for a line that is none. */
export function readProgress(line: string): DrillProgress | undefined {
  try {
    return progress.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

export function tellPlayed({ scenario, runs, ok }: Played): DrillProgress {
  return {
    type: 'played',
    scenario: scenario.name,
    ok,
    runs: runs.map(({ wire, streamed, steps, ok: isRight }) => ({
      dialect: wire,
      streamed,
      ok: isRight,
      outcomes: steps.map(({ outcome }) => outcome),
      tookMs: steps.reduce((sum, { seen }) => sum + seen.tookMs, 0),
    })),
  }
}

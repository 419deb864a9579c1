/**
 * A drill in a process of its own, for a Trooper that is at work: dozens of providers, Troopers and apps at once must not slow down those
 * who wait for an answer. What it is told comes in one line on stdin, whose end is its end; what it has to tell goes to stdout.
 */
import { createInterface } from 'node:readline'
import { wires } from './app.ts'
import { playScenario } from './drill.ts'
import { findLocalModel } from './local-model.ts'
import { tellPlayed, type DrillAssignment, type DrillProgress } from './progress.ts'
import { scenarios } from './scenarios.ts'

process.stdin.on('end', () => process.exit(0))

createInterface(process.stdin).once('line', (line) => {
  const assignment: DrillAssignment = JSON.parse(line)
  play(assignment).then(
    () => end(0),
    (error: unknown) => {
      tell({ type: 'failed', problem: error instanceof Error ? error.message : 'The drill could not start.' })
      end(1)
    },
  )
})

async function play({ scenarios: names, wires: chosen, standIn, models }: DrillAssignment): Promise<void> {
  const local = await findLocalModel(models, standIn, 0)
  tell({ type: 'model', sentence: local.sentence })
  // A real model takes its time: one wire format shows as much as three.
  const asked = chosen ?? (local.isStandIn ? wires : wires.slice(0, 1))
  for (const scenario of scenarios.filter(({ name }) => names.includes(name))) {
    tell({ type: 'playing', scenario: scenario.name })
    tell(tellPlayed(await playScenario(scenario, local, asked)))
  }
  await local.close()
}

function tell(said: DrillProgress): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

/** When everything is told. */
function end(code: number): void {
  process.stdout.write('', () => process.exit(code))
}

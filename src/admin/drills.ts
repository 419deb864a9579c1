/** Drills that somebody asks a running Trooper for: one at a time, in a process of their own, against a simulated provider alone. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../clock.ts'
import { readProgress, type DrillAssignment, type DrillProgress } from '../drill/progress.ts'
import { scenarios } from '../drill/scenarios.ts'
import { childEnvironment } from '../embedded/child-environment.ts'
import type { Chains } from '../routing/chains.ts'
import type { Target } from '../routing/target.ts'
import type { OrderOf } from './orders.ts'
import { allTargets } from './status.ts'
import type { DrilledView, DrillRunView, DrillView } from './views.ts'

export interface Drills {
  view(): DrillView
  /** All scenarios where it names none. `undefined`: one is under way. `onProgress` is called until it is over. */
  start(order: OrderOf<'drill'>, onProgress: (run: DrillRunView) => void): DrillRunView | undefined
  stop(): Promise<void>
}

type Child = ChildProcessByStdio<Writable, Readable, null>

/** Longer than any scenario takes; a process that hangs does not keep the next drill waiting for ever. */
const longestMs = 30 * 60_000

export function createDrills(chains: Chains, clock: Clock, program = new URL('./drill.js', import.meta.url)): Drills {
  let run: DrillRunView | undefined
  let runs = 0
  const ends = new Map<Child, Promise<void>>()

  const begin = async (assignment: DrillAssignment, onChange: (progress: DrillProgress) => void): Promise<void> => {
    // What a drill keeps for a moment is gone with it, however it ends.
    const folder = await mkdtemp(join(tmpdir(), 'trooper-drill-'))
    const child = spawn(process.execPath, [fileURLToPath(program)], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...childEnvironment(process.env), TMPDIR: folder, TEMP: folder, TMP: folder },
    })
    child.stdin.on('error', () => {})
    child.stdin.write(`${JSON.stringify(assignment)}\n`)
    createInterface(child.stdout).on('line', (line) => {
      const progress = readProgress(line)
      if (progress) onChange(progress)
    })
    const cancel = clock.after(longestMs, () => child.kill('SIGKILL'))
    const tidy = async (): Promise<void> => {
      const how = await endOf(child)
      cancel()
      ends.delete(child)
      onChange({ type: 'failed', problem: `The process of the drill ended early (${how}).` })
      await rm(folder, { recursive: true, force: true })
    }
    ends.set(child, tidy())
  }

  return {
    view: () => ({
      scenarios: scenarios.map(({ name, provider, trooper, app }) => ({ name, provider, trooper, app })),
      ...(run && { run }),
    }),
    start: ({ scenario, dialect, standIn = false }, onProgress) => {
      if (run?.state === 'running') return undefined
      const names = scenarios.map(({ name }) => name).filter((name) => scenario === undefined || name === scenario)
      const models = allTargets(chains).filter(({ kind }: Target) => kind === 'local')
      run = { state: 'running', startedAtMs: clock.now(), scenarios: names.map(waiting) }
      runs += 1
      const number = runs
      const onChange = (progress: DrillProgress): void => {
        if (run?.state !== 'running' || runs !== number) return
        run = afterProgress(run, progress, clock.now())
        onProgress(run)
      }
      begin({ scenarios: names, ...(dialect && { wires: [dialect] }), standIn, models }, onChange).catch(() =>
        onChange({ type: 'failed', problem: 'No folder for the drill could be made; see TMPDIR.' }),
      )
      return run
    },
    stop: async () => {
      for (const child of ends.keys()) child.kill('SIGKILL')
      await Promise.all(ends.values())
    },
  }
}

/** How it ended, in words. */
function endOf(child: Child): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', () => resolve('it could not be started'))
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
}

function waiting(name: string): DrilledView {
  return { name, state: 'waiting', runs: [] }
}

/** It is over when its last scenario is, whatever becomes of the process then. */
function afterProgress(run: DrillRunView, progress: DrillProgress, nowMs: number): DrillRunView {
  switch (progress.type) {
    case 'model':
      return { ...run, localModel: progress.sentence }
    case 'playing':
      return withScenario(run, { name: progress.scenario, state: 'playing', runs: [] })
    case 'played': {
      const { scenario: name, ok, runs } = progress
      const next = withScenario(run, { name, state: ok ? 'right' : 'wrong', runs })
      const isOver = next.scenarios.every(({ state }) => state === 'right' || state === 'wrong')
      return isOver ? { ...next, state: 'over', endedAtMs: nowMs } : next
    }
    case 'failed':
      return { ...run, state: 'failed', problem: progress.problem, endedAtMs: nowMs }
  }
}

function withScenario(run: DrillRunView, played: DrilledView): DrillRunView {
  return { ...run, scenarios: run.scenarios.map((known) => (known.name === played.name ? played : known)) }
}

/** The parent's side of an embedded model: its process runs while it is needed, and is started again when it breaks. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../clock.ts'
import type { Log } from '../observe/log/log.ts'
import { readReport, type Assignment, type Report } from './assignment.ts'
import { childEnvironment } from './child-environment.ts'

type Child = ChildProcessByStdio<Writable, Readable, Readable>

type State =
  /** Never started yet. */
  | { at: 'idle' }
  | { at: 'starting'; child: Child; port: Promise<number> }
  | { at: 'running'; child: Child; port: number; sinceMs: number }
  /** Broken, and started again after a pause. */
  | { at: 'resting'; cancel: () => void }
  | { at: 'closed' }

export interface Supervisor {
  start(): void
  /** Where it listens; starts it when it does not run. Rejects like a refused connection while it rests after crashes. */
  port(): Promise<number>
  stop(): Promise<void>
}

/** A process that broke once is started at once; one that keeps breaking would only burn the machine. */
const longestPauseMs = 60_000
const firstPauseMs = 1000
/** After so long it is taken for sound again. */
const soundAfterMs = 60_000
const stopMs = 3000

export function createSupervisor(
  assignment: Assignment,
  onReport: (report: Report) => void,
  clock: Clock,
  log: Log,
  program = new URL('./embedded.js', import.meta.url),
): Supervisor {
  let state: State = { at: 'idle' }
  let crashes = 0

  const start = (): Promise<number> => {
    const child = spawn(process.execPath, [fileURLToPath(program)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: childEnvironment(process.env),
    })
    child.stdin.on('error', () => {})
    child.stdin.write(`${JSON.stringify(assignment)}\n`)
    const port = listen(child)
    state = { at: 'starting', child, port }
    port.catch(() => {})
    return port
  }

  const listen = (child: Child): Promise<number> => {
    const complaint = lastComplaint(child)
    return new Promise((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        const report = readReport(line)
        if (report?.type !== 'listening') return report && onReport(report)
        state = { at: 'running', child, port: report.port, sinceMs: clock.now() }
        resolve(report.port)
      })
      const isOver = (how: string): void => {
        reject(refused(assignment.model))
        ended(child, how, complaint())
      }
      child.on('error', () => isOver('it could not be started'))
      child.on('close', (code, signal) => isOver(signal ?? `exit code ${code}`))
    })
  }

  const ended = (child: Child, how: string, complaint: string): void => {
    if ((state.at !== 'running' && state.at !== 'starting') || state.child !== child) return
    if (state.at === 'running' && clock.now() - state.sinceMs >= soundAfterMs) crashes = 0
    const pauseMs = crashes === 0 ? 0 : Math.min(firstPauseMs * 2 ** (crashes - 1), longestPauseMs)
    crashes += 1
    const when = pauseMs === 0 ? 'it is started again' : `it is started again in ${pauseMs / 1000} s`
    log.warn(`⚠️ The process of the embedded model ${assignment.model} ended (${how}${complaint}): ${when}`, {
      model: assignment.model,
    })
    if (pauseMs === 0) void start()
    else state = { at: 'resting', cancel: clock.after(pauseMs, () => void start()) }
  }

  return {
    start: () => {
      if (state.at === 'idle') void start()
    },
    port: () => {
      switch (state.at) {
        case 'idle':
          return start()
        case 'starting':
          return state.port
        case 'running':
          return Promise.resolve(state.port)
        case 'resting':
        case 'closed':
          return Promise.reject(refused(assignment.model))
      }
    },
    stop: async () => {
      const last = state
      state = { at: 'closed' }
      if (last.at === 'resting') last.cancel()
      if (last.at === 'starting' || last.at === 'running') await end(last.child, clock)
    },
  }
}

async function end(child: Child, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.stdin.end()
  const cancel = clock.after(stopMs, () => child.kill('SIGKILL'))
  await closed
  cancel()
}

function refused(model: string): Error {
  return Object.assign(new Error(`The process of the embedded model ${model} does not run.`), { code: 'ECONNREFUSED' })
}

/** What native code says before it breaks, of itself alone; anything else might quote a conversation. */
function lastComplaint({ stderr }: Child): () => string {
  let complaint = ''
  createInterface(stderr).on('line', (line) => {
    if (/^\S*(GGML_ASSERT|GGML_ABORT|CUDA error|terminate called|FATAL ERROR)/.test(line))
      complaint = line.slice(0, 200)
  })
  return () => (complaint === '' ? '' : `, ${complaint}`)
}

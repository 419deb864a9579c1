/** Trooper in the process of the test, with a clock that the test moves. */
import type { Clock } from '../../src/clock.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Trooper } from '../../src/running.ts'
import { startTrooper } from '../../src/trooper.ts'
import { scratchFolder } from '../fakes/output.ts'

export interface Inside extends Trooper {
  clock: TestClock
  /** What the log said so far. */
  lines: string[]
}

export async function startInside(env: Record<string, string>, yaml?: string): Promise<Inside> {
  const environment = { TROOPER_PORT: '0', TROOPER_DATA_DIR: scratchFolder('data'), ...env }
  const file = yaml === undefined ? {} : { file: { path: 'trooper.yaml', text: yaml } }
  const loaded = loadConfig({ flags: {}, environment, dotEnv: {}, ...file })
  if (!loaded.ok) throw new Error(loaded.problem)
  const clock = new TestClock()
  const lines: string[] = []
  const note = (text: string): void => void lines.push(text)
  const trooper = await startTrooper(loaded.config, loaded.targets, { info: note, warn: note, error: note }, clock)
  return { ...trooper, clock, lines }
}

interface Timer {
  ms: number
  atMs: number
  callback: () => void
}

/** Stands still until it is moved. */
export class TestClock implements Clock {
  #nowMs = Date.UTC(2026, 10, 24, 12)
  readonly #timers = new Set<Timer>()
  readonly #watchers = new Set<() => void>()

  now(): number {
    return this.#nowMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { ms, atMs: this.#nowMs + ms, callback }
    this.#timers.add(timer)
    for (const watcher of this.#watchers) watcher()
    return () => void this.#timers.delete(timer)
  }

  /** Everything that is due by then happens, in order. */
  pass(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const [next] = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
      if (!next) break
      this.#nowMs = next.atMs
      this.#timers.delete(next)
      next.callback()
    }
    this.#nowMs = untilMs
  }

  /** Resolves when somebody waits for exactly so long. */
  async waitedFor(ms: number): Promise<void> {
    while (![...this.#timers].some((timer) => timer.ms === ms))
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher)
          resolve()
        }
        this.#watchers.add(watcher)
      })
  }
}

/** A clock that goes only where a test sends it. */
import type { Clock } from '../../src/clock.ts'

interface Timer {
  atMs: number
  callback: () => void
}

export class FakeClock implements Clock {
  #nowMs: number
  #timers: Timer[] = []

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** How many callbacks are still to come. */
  get pending(): number {
    return this.#timers.length
  }

  /** How long it is to the next of them; for ever when there is none. */
  get nextInMs(): number {
    return Math.min(...this.#timers.map(({ atMs }) => atMs)) - this.#nowMs
  }

  /** Lets so much time pass; whoever is due on the way is called at its own moment. */
  advance(ms: number): void {
    const end = this.#nowMs + ms
    for (let next = this.#nextBy(end); next; next = this.#nextBy(end)) {
      const due = next
      this.#timers = this.#timers.filter((other) => other !== due)
      this.#nowMs = Math.max(this.#nowMs, due.atMs)
      due.callback()
    }
    this.#nowMs = end
  }

  /** Somebody sets the machine's clock; whoever waits goes on to wait as long. */
  set(nowMs: number): void {
    for (const timer of this.#timers) timer.atMs += nowMs - this.#nowMs
    this.#nowMs = nowMs
  }

  #nextBy(end: number): Timer | undefined {
    return this.#timers.filter(({ atMs }) => atMs <= end).sort((one, other) => one.atMs - other.atMs)[0]
  }
}

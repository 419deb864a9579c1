/** The clocks of one call: connect -> head -> first content -> stall, one at a time, and the whole exchange's beside them. */
import type { Clock } from '../clock.ts'
import type { Limits, Patience } from './patience.ts'

type Phase = 'connect' | 'head' | 'first-content' | 'stall'
export type LatePhase = Phase | 'exchange'

export interface Watched {
  /** The model has begun to think and has not said that it ended: a ping is a sign of life now. */
  isThinking(): boolean
  /** Asked once it has said its first word. */
  lastWordAtMs(): number
  onTimeout(phase: LatePhase): void
  onFault(error: unknown): void
}

/**
 * One timer a call. What happens is only noted, so that no chunk costs a timer (a few ns instead of ~200);
 * the timer looks at what was noted, and is set again for as long as is left.
 */
export class Watch {
  readonly #clock: Clock
  readonly #patience: Patience
  readonly #uploadMs: number
  readonly #watched: Watched
  readonly #startedAtMs: number
  #limits: Limits
  #phase: Phase = 'connect'
  /** When the phase began, or its silence is counted from again. */
  #sinceMs: number
  /** The last bytes of any kind. */
  #aliveAtMs: number
  #isPaused = false
  #mayGoOnLate = true
  #cancelTimer: () => void

  /** `uploadMs`: what the request needs on its way, before a target can be slow. */
  constructor(clock: Clock, patience: Patience, uploadMs: number, watched: Watched) {
    this.#clock = clock
    this.#patience = patience
    this.#uploadMs = uploadMs
    this.#watched = watched
    this.#limits = patience.limits
    this.#startedAtMs = clock.now()
    this.#sinceMs = this.#startedAtMs
    this.#aliveAtMs = this.#startedAtMs
    this.#cancelTimer = this.#setTimer(this.#startedAtMs)
  }

  /** Epoch milliseconds. */
  get startedAtMs(): number {
    return this.#startedAtMs
  }

  get hasHead(): boolean {
    return this.#phase === 'first-content' || this.#phase === 'stall'
  }

  connected(): void {
    const atMs = this.#clock.now()
    this.#enter('head', atMs)
    this.#patience.milestones?.connected(atMs)
  }

  headCame(atMs: number): void {
    this.#enter('first-content', atMs)
    this.#patience.milestones?.headCame(atMs)
  }

  /** Bytes came; `says` is false while they are nothing but signs of life. */
  heard(atMs: number, says: boolean): void {
    this.#aliveAtMs = atMs
    if (!says || this.#phase === 'stall') return
    this.#sinceMs = atMs
    this.#phase = 'stall'
    this.#patience.milestones?.spoke(atMs)
    this.#patience.race?.onContent()
  }

  /** The client is slow: the silence is not the target's. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#sinceMs = this.#clock.now()
  }

  stop(): void {
    this.#cancelTimer()
  }

  #enter(phase: Phase, atMs: number): void {
    this.#phase = phase
    this.#sinceMs = atMs
  }

  #setTimer(nowMs: number): () => void {
    const leftMs = Math.min(this.#leftMs(nowMs), this.#soonestMs(), this.#patience.deadlineMs - nowMs)
    return this.#clock.after(Math.max(0, leftMs), () => this.#look())
  }

  /** The call may be in a later phase long before this one's time is over: never further ahead than that one's end could be. */
  #soonestMs(): number {
    const { headMs, firstContentMs, stallMs } = this.#limits
    switch (this.#phase) {
      case 'connect':
        return Math.min(headMs, firstContentMs, stallMs)
      case 'head':
        return Math.min(firstContentMs, stallMs)
      case 'first-content':
      case 'stall':
        return stallMs
    }
  }

  #look(): void {
    try {
      const nowMs = this.#clock.now()
      const late = this.#latePhase(nowMs)
      if (late) this.#watched.onTimeout(late)
      else this.#cancelTimer = this.#setTimer(nowMs)
    } catch (error) {
      this.#watched.onFault(error)
    }
  }

  /** Which clock has run out, when every excuse is heard. */
  #latePhase(nowMs: number): LatePhase | undefined {
    if (nowMs >= this.#patience.deadlineMs) return 'exchange'
    if (this.#leftMs(nowMs) > 0) return undefined
    const isThinking = this.#watched.isThinking()
    if (isThinking) this.#sinceMs = Math.max(this.#sinceMs, this.#aliveAtMs)
    if (this.#leftMs(nowMs) > 0) return undefined
    const { thinking, mayThink } = this.#patience
    if (this.#limits !== thinking && (isThinking || mayThink())) this.#limits = thinking
    if (this.#leftMs(nowMs) > 0 || this.#goesOnLate(nowMs)) return undefined
    return this.#phase
  }

  /** Others are asked beside it; it keeps a chance, but not for ever. */
  #goesOnLate(nowMs: number): boolean {
    if (this.#phase !== 'first-content' || !this.#mayGoOnLate || !this.#patience.race?.onLate()) return false
    this.#mayGoOnLate = false
    this.#limits = { ...this.#limits, firstContentMs: this.#patience.thinking.firstContentMs }
    this.#sinceMs = nowMs
    return true
  }

  #leftMs(nowMs: number): number {
    return this.#limitMs() - (this.#isPaused ? 0 : this.#silentMs(nowMs))
  }

  #silentMs(nowMs: number): number {
    const lastWordAtMs = this.#phase === 'stall' ? this.#watched.lastWordAtMs() : this.#sinceMs
    return nowMs - Math.max(this.#sinceMs, lastWordAtMs)
  }

  #limitMs(): number {
    switch (this.#phase) {
      case 'connect':
        return this.#limits.connectMs
      case 'head':
        return this.#limits.headMs + this.#uploadMs
      case 'first-content':
        return this.#limits.firstContentMs
      case 'stall':
        return this.#limits.stallMs
    }
  }
}

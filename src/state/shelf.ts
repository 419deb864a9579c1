/** What a store knows of its values without reading them: size and age, to keep both within bounds. Pure. */
import type { Bounds } from './store.ts'

interface Kept {
  bytes: number
  atMs: number
}

export class Shelf {
  readonly #bounds: Bounds
  /** In the order in which they came. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  add(key: string, bytes: number, atMs: number): void {
    this.remove(key)
    this.#kept.set(key, { bytes, atMs })
    this.#bytes += bytes
  }

  remove(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0
    this.#kept.delete(key)
  }

  has(key: string, nowMs: number): boolean {
    const kept = this.#kept.get(key)
    return kept !== undefined && !this.#isOld(kept, nowMs)
  }

  keys(nowMs: number): string[] {
    return [...this.#kept].flatMap(([key, kept]) => (this.#isOld(kept, nowMs) ? [] : [key]))
  }

  /** Takes off what is too old or too much, and says what that was. */
  tidy(nowMs: number): string[] {
    const gone: string[] = []
    for (const [key, kept] of this.#kept) {
      if (this.#bytes <= this.#bounds.maxBytes && !this.#isOld(kept, nowMs)) break
      gone.push(key)
      this.remove(key)
    }
    return gone
  }

  #isOld({ atMs }: Kept, nowMs: number): boolean {
    return nowMs - atMs > this.#bounds.maxAgeMs
  }
}

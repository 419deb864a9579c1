/** The bytes of a stream that its client got, in one place. */
import { giveMemory, takeMemory } from './spare-memory.ts'

/**
 * A copy (~30 ns a chunk): chunks that are kept as they came, or as texts, cost the collector 1 µs each, as it carries every one of
 * them from one generation to the next.
 */
export class PassedBytes {
  #bytes = takeMemory(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(chunk: Buffer): void {
    const length = this.#length + chunk.length
    if (length > this.#bytes.length) this.#moveTo(takeMemory(length))
    this.#bytes.set(chunk, this.#length)
    this.#length = length
  }

  /** Until the next push. */
  between(from: number, to = this.#length): Buffer {
    return this.#bytes.subarray(from, to)
  }

  /** What comes before is needed by nobody any more. */
  forgetUpTo(from: number): void {
    this.#bytes.copyWithin(0, from, this.#length)
    this.#length -= from
  }

  /** Nobody asks for them any more: from here on there are none, and what `between` gave is another stream's. */
  release(): void {
    this.#length = 0
    this.#moveTo(nothing)
  }

  #moveTo(memory: Buffer): void {
    memory.set(this.between(0))
    giveMemory(this.#bytes)
    this.#bytes = memory
  }
}

const nothing = Buffer.alloc(0)

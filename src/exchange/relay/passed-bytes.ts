/** The bytes of a stream that its client got, in one place. */

const firstBytes = 2048

/**
 * A copy (~30 ns a chunk): chunks that are kept as they came, or as texts, cost the collector 1 µs each, as it carries every one of
 * them from one generation to the next.
 */
export class PassedBytes {
  #bytes = Buffer.allocUnsafeSlow(firstBytes)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(chunk: Buffer): void {
    const length = this.#length + chunk.length
    if (length > this.#bytes.length) this.#moveTo(Math.max(length, 2 * this.#bytes.length))
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

  #moveTo(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(bytes)
    larger.set(this.between(0))
    this.#bytes = larger
  }
}

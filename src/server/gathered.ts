/** Bytes that come in pieces and are wanted whole. */

/** A client may say any length, and send nothing: more than this is not set aside for it. */
const mostSetAside = 8 * 1024 * 1024

/**
 * Where the length is known before, each piece is copied to its place and let go. Pieces that are kept until the last one comes grow old,
 * and every few dozen megabytes of them have V8 look through its whole heap: up to half the CPU time of a request of a megabyte.
 */
export class Gathered {
  readonly #expected: number
  #place: Buffer | undefined
  #pieces: Buffer[] = []
  #length = 0

  /** `expected`: in bytes, as it was said beforehand; `NaN` where it was not. */
  constructor(expected: number) {
    this.#expected = expected
  }

  get length(): number {
    return this.#length
  }

  push(piece: Buffer): void {
    const at = this.#length
    this.#length += piece.length
    if (at === 0 && piece.length < this.#expected && this.#expected <= mostSetAside)
      this.#place ??= Buffer.allocUnsafeSlow(this.#expected)
    if (!this.#place) this.#pieces.push(piece)
    else if (this.#length <= this.#place.length) this.#place.set(piece, at)
    else {
      // More than was said.
      this.#pieces = [this.#place.subarray(0, at), piece]
      this.#place = undefined
    }
  }

  whole(): Buffer {
    if (this.#place) return this.#place.subarray(0, this.#length)
    const [only] = this.#pieces
    return only && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces)
  }
}

/** Bytes that come in pieces and are wanted whole. */

/** More than this is not set aside at once. */
const mostSetAside = 8 * 1024 * 1024
/** A client may say any length, and send nothing: nothing is set aside for it before so much of that has come. */
const shareBefore = 1 / 8

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
    if (this.#place && this.#length <= this.#place.length) return this.#place.set(piece, at)
    // More than was said.
    if (this.#place) this.#pieces = [this.#place.subarray(0, at)]
    this.#place = undefined
    this.#pieces.push(piece)
    if (this.#isWorthPlace()) this.#setAside()
  }

  #isWorthPlace(): boolean {
    const isUnderWay = this.#length < this.#expected && this.#length >= this.#expected * shareBefore
    return isUnderWay && this.#expected <= mostSetAside
  }

  #setAside(): void {
    this.#place = Buffer.allocUnsafeSlow(this.#expected)
    let at = 0
    for (const piece of this.#pieces) {
      this.#place.set(piece, at)
      at += piece.length
    }
    this.#pieces = []
  }

  whole(): Buffer {
    if (this.#place) return this.#place.subarray(0, this.#length)
    const [only] = this.#pieces
    return only && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces)
  }
}

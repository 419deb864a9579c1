/**
 * Where each frame of zstd ends (RFC 8878 3.1). What is compressed piece by piece may be several, and Node's readers take no notice of what
 * stands behind the first one in the same piece; Node 22's have nothing to say of one that is cut either.
 */
export class ZstdFrames {
  /** Unset between two frames. */
  #frame: Generator<number, void, number> | undefined
  /** Bytes of the present part of it, those of them that came, and the number that the first four are. */
  #wanted = 0
  #came = 0
  #value = 0
  #partsLeft: number

  /** Beyond `mostParts` nobody means it: what follows has no end. */
  constructor(mostParts = Number.POSITIVE_INFINITY) {
    this.#partsLeft = mostParts
  }

  /** It may end here. */
  get isWhole(): boolean {
    return this.#frame === undefined
  }

  /** The same bytes, none of the pieces beyond the end of a frame. */
  split(chunk: Buffer): Buffer[] {
    const pieces: Buffer[] = []
    let from = 0
    for (let at = 0; at < chunk.length;) {
      at += this.#take(chunk, at)
      if (!this.isWhole) continue
      pieces.push(chunk.subarray(from, at))
      from = at
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from))
    return pieces
  }

  /** How many bytes of it belong to the present part. */
  #take(chunk: Buffer, from: number): number {
    if (!this.#frame) this.#begin(readFrame())
    this.#partsLeft -= 1
    if (this.#partsLeft < 0) this.#wanted = Number.POSITIVE_INFINITY
    const taken = Math.min(this.#wanted - this.#came, chunk.length - from)
    for (let at = this.#came; at < Math.min(this.#came + taken, 4); at += 1)
      this.#value += (chunk[from + at - this.#came] ?? 0) * 0x100 ** at
    this.#came += taken
    if (this.#came === this.#wanted) this.#goOn()
    return taken
  }

  #begin(frame: Generator<number, void, number>): void {
    this.#frame = frame
    this.#goOn()
  }

  #goOn(): void {
    const next = this.#frame?.next(this.#value)
    this.#wanted = next?.value ?? 0
    this.#came = 0
    this.#value = 0
    if (!next || next.done) this.#frame = undefined
    else if (this.#wanted === 0) this.#goOn()
  }
}

/** An empty frame takes nine bytes and four parts, an empty block of one three bytes and a part: to read them all would hold everybody up. */
const mostParts = 100_000

/** The frames of a body, or `undefined` where that is cut, or where nobody means it. */
export function zstdFramesOf(body: Buffer): Buffer[] | undefined {
  const frames = new ZstdFrames(mostParts)
  const pieces = frames.split(body)
  return frames.isWhole ? pieces : undefined
}

const magic = 0xfd2fb528
const skippable = 0x184d2a5
const idSizes = [0, 1, 2, 4]
const contentSizes = [0, 2, 4, 8]

/** Yields how long each part of it is, and is given its number, of a longer one that of its first four bytes. */
function* readFrame(): Generator<number, void, number> {
  const sign = yield 4
  if (Math.floor(sign / 16) === skippable) {
    const size = yield 4
    yield size
    return
  }
  // Whoever reads it finds that it is none.
  if (sign !== magic) yield Number.POSITIVE_INFINITY
  const descriptor = yield 1
  yield headerBytes(descriptor)
  let block: number
  do {
    block = yield 3
    const isRepeated = ((block >> 1) & 3) === 1
    yield isRepeated ? 1 : block >> 3
  } while ((block & 1) === 0)
  if ((descriptor & 4) !== 0) yield 4
}

/** Behind its descriptor: the window's size, the dictionary's id and the content's size. */
function headerBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0
  const content = contentSizes[descriptor >> 6] || (isSingle ? 1 : 0)
  return (isSingle ? 0 : 1) + (idSizes[descriptor & 3] ?? 0) + content
}

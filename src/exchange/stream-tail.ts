/** The end of a relayed stream: whether it was whole, and whether a further frame may follow. */
import type { FrameRole } from '../dialects/dialect.ts'
import { endsFrame } from '../wire/frame-end.ts'
import { createSseDecoder, type Frame } from '../wire/sse.ts'

/** The closing frames of an answer (finish, usage, `[DONE]`) come in up to this many network chunks. */
const keptRuns = 4
/** A run this long is looked through for a place where it can be cut shorter. */
const longRunBytes = 64 * 1024

/**
 * Keeps the last few runs of chunks, each from a frame's beginning to a frame's end, and reads them when the stream is over:
 * frame by frame, so that a model's own words can never pass for an end. A chunk costs a look at its last bytes (~30 ns).
 */
export class StreamTail {
  readonly #judgeFrame: (frame: Frame) => FrameRole
  #runs: Buffer[][] = []
  #open: Buffer[] = []
  #openBytes = 0
  /** The last four bytes of all, across chunks. */
  #ending: Buffer = empty
  /** Once found, whatever comes after it. */
  #isWhole = false

  constructor(judgeFrame: (frame: Frame) => FrameRole) {
    this.#judgeFrame = judgeFrame
  }

  push(chunk: Buffer): void {
    this.#open.push(chunk)
    this.#openBytes += chunk.length
    this.#ending = chunk.length >= 4 ? chunk : Buffer.concat([this.#ending.subarray(-4), chunk])
    if (endsFrame(this.#ending)) this.#closeRun(this.#open, [])
    else if (this.#openBytes > longRunBytes) this.#shorten(chunk)
  }

  /** The dialect's own end was said. */
  isWhole(): boolean {
    this.#isWhole ||= this.frames().some((frame) => this.#judgeFrame(frame) === 'end')
    return this.#isWhole
  }

  /** The frame that closes the answer. */
  endFrame(): Frame | undefined {
    return this.frames().findLast((frame) => this.#judgeFrame(frame) === 'end')
  }

  /** The last frame that came whole. */
  lastFrame(): Frame | undefined {
    return this.frames().at(-1)
  }

  /** The last whole frames. */
  frames(): Frame[] {
    const frames: Frame[] = []
    const decoder = createSseDecoder((frame) => frames.push(frame))
    for (const run of [...this.#runs, this.#open]) for (const chunk of run) decoder.feed(chunk)
    return frames
  }

  /** The bytes stop inside a frame, so that a further frame needs a blank line first. */
  get isWithinFrame(): boolean {
    return !endsFrame(this.#ending)
  }

  /** A target whose chunks never end where a frame does: cut at the last place in this chunk where one does. */
  #shorten(chunk: Buffer): void {
    const at = Math.max(chunk.lastIndexOf('\n\n') + 2, chunk.lastIndexOf('\r\n\r\n') + 4)
    // -1, for not found, plus 2 or 4; a place as near the chunk's beginning is not worth the cut either.
    if (at < 5) return
    this.#closeRun([...this.#open.slice(0, -1), chunk.subarray(0, at)], [chunk.subarray(at)])
  }

  #closeRun(run: Buffer[], next: Buffer[]): void {
    this.#runs.push(run)
    if (this.#runs.length > keptRuns) this.#runs.shift()
    this.#open = next
    this.#openBytes = next.reduce((sum, chunk) => sum + chunk.length, 0)
  }
}

const empty = Buffer.alloc(0)

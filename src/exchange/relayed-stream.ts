/** A stream on its way through: whole frames only, no error before it is known what becomes of it, whether it says anything, and what the client has seen. */
import type { FrameRole } from '../dialects/dialect.ts'
import { createSseDecoder, type Frame } from '../wire/sse.ts'
import { endsFrame, lengthOfFrames, splitFrames } from '../wire/frame-end.ts'
import { isKeepAlive } from '../wire/keep-alive.ts'
import { StreamTail } from './stream-tail.ts'

type JudgeFrame = (frame: Frame) => FrameRole

/** A frame larger than this goes on in pieces: then nobody can take it up any more. */
const maxHeldBytes = 1024 * 1024
/** An answer longer than this is nothing that another model could continue. */
const maxKeptBytes = 8 * 1024 * 1024

/** In every error of every dialect; a buffer, as the search for a string takes a third longer. */
const errorMark = Buffer.from('"error"')

/** A class, as it sees every chunk: it costs a look at its end and one native search (~0.2 µs). */
export class RelayedStream {
  readonly #judgeFrame: JudgeFrame
  readonly #tail: StreamTail
  /** Everything written so far, for whoever has to continue it; `undefined` when it cannot be. */
  #kept: Buffer[] | undefined
  #keptBytes = 0
  /** The beginning of a frame. */
  #held: Buffer | undefined
  #failed: Frame | undefined
  /** The last frames that were more than signs of life. */
  #lastSaid: Buffer | undefined
  #saysNothing = false

  constructor(judgeFrame: JudgeFrame, isKept: boolean) {
    this.#judgeFrame = judgeFrame
    this.#tail = new StreamTail(judgeFrame)
    this.#kept = isKept ? [] : undefined
  }

  /** What of the bytes so far the client may have. */
  push(chunk: Buffer): Buffer | undefined {
    this.#saysNothing = false
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    if (endsFrame(bytes)) {
      this.#held = undefined
      return this.#take(bytes)
    }
    const length = lengthOfFrames(bytes)
    this.#held = bytes.subarray(length)
    if (this.#held.length > maxHeldBytes) return this.#letGo()
    return length === 0 ? undefined : this.#take(bytes.subarray(0, length))
  }

  /** What is left when no more bytes come: a last frame without its blank line. */
  rest(): Buffer | undefined {
    const held = this.#held
    this.#held = undefined
    return held && this.#take(held)
  }

  /** The error that the stream says instead of its end; neither it nor what follows is let through. */
  get failed(): Frame | undefined {
    return this.#failed
  }

  /** The end of what was let through. */
  get tail(): StreamTail {
    return this.#tail
  }

  /** The last chunk was nothing but comments and pings. */
  get saysNothing(): boolean {
    return this.#saysNothing
  }

  /** A block of thoughts was begun or gone on with last. */
  isThinking(): boolean {
    let isThinking = false
    const decoder = createSseDecoder((frame) => {
      const role = this.#judgeFrame(frame)
      if (role !== 'preamble') isThinking = role === 'reasoning'
    })
    if (this.#lastSaid) decoder.feed(this.#lastSaid)
    return isThinking
  }

  /** Every frame that was let through, unless nobody can continue the stream. */
  seen(): Frame[] | undefined {
    if (!this.#kept) return undefined
    const frames: Frame[] = []
    const decoder = createSseDecoder((frame) => frames.push(frame))
    for (const chunk of this.#kept) decoder.feed(chunk)
    return frames
  }

  #take(frames: Buffer): Buffer | undefined {
    if (this.#failed) return undefined
    const sound = this.#kept && frames.includes(errorMark) ? this.#beforeError(frames) : frames
    if (sound.length === 0) return undefined
    this.#saysNothing = isKeepAlive(sound)
    if (!this.#saysNothing) this.#lastSaid = sound
    this.#tail.push(sound)
    this.#keptBytes += sound.length
    if (this.#keptBytes > maxKeptBytes) this.#kept = undefined
    this.#kept?.push(sound)
    return sound
  }

  /** A model's own words cannot look like this: their quotes are escaped. */
  #beforeError(frames: Buffer): Buffer {
    let length = 0
    for (const bytes of splitFrames(frames)) {
      const decoder = createSseDecoder((frame) => {
        if (this.#judgeFrame(frame) === 'failure') this.#failed = frame
      })
      decoder.feed(bytes)
      if (this.#failed) break
      length += bytes.length
    }
    return frames.subarray(0, length)
  }

  #letGo(): Buffer | undefined {
    const held = this.#held
    this.#held = undefined
    this.#kept = undefined
    return held && this.#take(held)
  }
}

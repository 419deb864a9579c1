/** The end of a relayed stream: whether it was whole, and whether a further frame may follow. */
import type { FrameRole } from '../../dialects/dialect.ts'
import { endsFrame, startOfLast } from '../../wire/frame-end.ts'
import { readSse, type Frame } from '../../wire/sse.ts'
import type { PassedBytes } from './passed-bytes.ts'

/** The closing frames of an answer (finish, usage, `[DONE]`) and signs of life among them. */
const mostFrames = 8

/** Reads the last few frames when the stream is over: frame by frame, so that a model's own words can never pass for an end. */
export class StreamTail {
  readonly #judgeFrame: (frame: Frame) => FrameRole
  readonly #passed: PassedBytes
  /** Once found, whatever comes after it. */
  #isWhole = false

  constructor(judgeFrame: (frame: Frame) => FrameRole, passed: PassedBytes) {
    this.#judgeFrame = judgeFrame
    this.#passed = passed
  }

  /** Where it begins. */
  get start(): number {
    return startOfLast(mostFrames, this.#passed.between(0))
  }

  /** The dialect's own end was said. */
  isWhole(): boolean {
    this.#isWhole ||= this.endFrame() !== undefined
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
    return readSse(this.#passed.between(this.start))
  }

  /** The bytes stop inside a frame, so that a further frame needs a blank line first. */
  get isWithinFrame(): boolean {
    return !endsFrame(this.#passed.between(0))
  }
}

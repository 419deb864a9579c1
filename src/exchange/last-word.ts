/** When a relayed stream last said something, and what: pings, comments and empty deltas say nothing. */
import type { FrameRole } from '../dialects/dialect.ts'
import { readSse, type Frame } from '../wire/sse.ts'

/** So many texts are looked at together: as a rule the last of them said something, and is the only one that is read. */
const mostUnread = 64
const mostUnreadCharacters = 256 * 1024

/**
 * Texts are noted as they come and read from the last one back, when a clock asks or many have gathered. A text costs two pushes, and
 * its share of one reading (~30 ns together).
 */
export class LastWord {
  readonly #judgeFrame: (frame: Frame) => FrameRole
  readonly #texts: string[] = []
  readonly #timesMs: number[] = []
  #characters = 0
  #atMs = Number.NEGATIVE_INFINITY
  #role: FrameRole = 'preamble'

  constructor(judgeFrame: (frame: Frame) => FrameRole) {
    this.#judgeFrame = judgeFrame
  }

  /** Whole frames, and when they came. */
  note(frames: string, atMs: number): void {
    this.#texts.push(frames)
    this.#timesMs.push(atMs)
    this.#characters += frames.length
    if (this.#texts.length >= mostUnread || this.#characters > mostUnreadCharacters) this.#read()
  }

  /** What came cannot be read yet, or at all, but is more than a sign of life. */
  noteUnreadable(atMs: number): void {
    this.#forget()
    this.#atMs = atMs
    this.#role = 'content'
  }

  /** Epoch milliseconds; the beginning of time when it has said nothing. */
  get atMs(): number {
    this.#read()
    return this.#atMs
  }

  get role(): FrameRole {
    this.#read()
    return this.#role
  }

  #read(): void {
    for (let at = this.#texts.length - 1; at >= 0; at -= 1) {
      const role = this.#wordIn(this.#texts[at] ?? '')
      if (role === undefined) continue
      this.#role = role
      this.#atMs = this.#timesMs[at] ?? this.#atMs
      break
    }
    this.#forget()
  }

  #forget(): void {
    this.#texts.length = 0
    this.#timesMs.length = 0
    this.#characters = 0
  }

  #wordIn(text: string): FrameRole | undefined {
    const frames = readSse([text])
    for (let at = frames.length - 1; at >= 0; at -= 1) {
      const frame = frames[at]
      const role = frame && this.#judgeFrame(frame)
      if (role !== undefined && role !== 'preamble') return role
    }
    return undefined
  }
}

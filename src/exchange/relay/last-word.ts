/** When a relayed stream last said something, and what: pings, comments and empty deltas say nothing. */
import type { FrameRole } from '../../dialects/dialect.ts'
import { readSse, type Frame } from '../../wire/sse.ts'
import type { PassedBytes } from './passed-bytes.ts'

/** So many chunks are looked at together: as a rule the last of them said something, and is the only one that is read. */
const mostUnread = 128

/** Chunks are noted as they come and read from the last one back, when a clock asks or many have gathered (~30 ns a chunk). */
export class LastWord {
  readonly #judgeFrame: (frame: Frame) => FrameRole
  readonly #passed: PassedBytes
  /** Where the unread chunks begin, and when they came; the last of them ends where everything does. */
  readonly #starts: number[] = []
  readonly #timesMs: number[] = []
  #unread = 0
  #atMs = Number.NEGATIVE_INFINITY
  #role: FrameRole = 'preamble'

  constructor(judgeFrame: (frame: Frame) => FrameRole, passed: PassedBytes) {
    this.#judgeFrame = judgeFrame
    this.#passed = passed
  }

  /** Whole frames come next. */
  note(atMs: number): void {
    if (this.#unread === mostUnread) this.read()
    this.#starts[this.#unread] = this.#passed.length
    this.#timesMs[this.#unread] = atMs
    this.#unread += 1
  }

  /** What came cannot be read yet, or at all, but is more than a sign of life. */
  noteUnreadable(atMs: number): void {
    this.#unread = 0
    this.#atMs = atMs
    this.#role = 'content'
  }

  /** Epoch milliseconds; the beginning of time when it has said nothing. */
  get atMs(): number {
    this.read()
    return this.#atMs
  }

  get role(): FrameRole {
    this.read()
    return this.#role
  }

  /** What has passed is not looked at again. */
  read(): void {
    let end = this.#passed.length
    for (let at = this.#unread - 1; at >= 0; at -= 1) {
      const start = this.#starts[at] ?? end
      const role = this.#wordIn(this.#passed.between(start, end))
      end = start
      if (role === undefined) continue
      this.#role = role
      this.#atMs = this.#timesMs[at] ?? this.#atMs
      break
    }
    this.#unread = 0
  }

  #wordIn(chunk: Buffer): FrameRole | undefined {
    const frames = readSse(chunk)
    for (let at = frames.length - 1; at >= 0; at -= 1) {
      const frame = frames[at]
      const role = frame && this.#judgeFrame(frame)
      if (role !== undefined && role !== 'preamble') return role
    }
    return undefined
  }
}

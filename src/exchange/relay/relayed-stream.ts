/** A stream on its way through: whole frames only, none that its client would break on, no error before it is known what becomes of it. */
import { isUtf8 } from 'node:buffer'
import type { ClientDialect } from '../../dialects/dialect.ts'
import { Gaps, isSilent, readFrame } from '../../dialects/gaps.ts'
import { frameTorn, streamCut, type Failure } from '../../ir/failure.ts'
import { isObject, type JsonObject } from '../../ir/json.ts'
import { endsFrame, lengthOfFrames, splitFrames } from '../../wire/frame-end.ts'
import { looksLikeJson } from '../../wire/frame-look.ts'
import { readSse, type Frame } from '../../wire/sse.ts'
import { LastWord } from './last-word.ts'
import { PassedBytes } from './passed-bytes.ts'
import { StreamTail } from './stream-tail.ts'

/** A frame larger than this goes on in pieces: then nobody can take it up any more. */
const maxHeldBytes = 1024 * 1024
/** No sign of life is so long: the beginning of such a frame is more. */
const longestSignBytes = 4096
/** An answer longer than this is nothing that another model could continue. */
const maxKeptBytes = 8 * 1024 * 1024
/** Of what nobody continues, all but its end is forgotten whenever so much more has passed. */
const maxForgottenBytes = 32 * 1024

/** What stands where the stream's end should: the error that it says, or what is wrong with its frames. */
export type StreamFault = { type: 'said'; frame: Frame } | { type: 'found'; failure: Failure }

/** A class, as it sees every chunk: it costs a decoding and a few native searches (~0.3 µs). */
export class RelayedStream {
  readonly #dialect: Pick<ClientDialect, 'judgeFrame' | 'gapGrammar'>
  readonly #passed = new PassedBytes()
  readonly #tail: StreamTail
  readonly #gaps: Gaps
  /** Everything that passed is kept, for whoever has to continue it. */
  #isKept: boolean
  #maxBytes: number
  /** The beginning of a frame. */
  #held: Buffer | undefined
  /** Frames come in pieces, which nobody can judge. */
  #isBlind = false
  #fault: StreamFault | undefined
  readonly #lastWord: LastWord
  /** When the chunk at hand came. */
  #atMs = 0

  constructor(dialect: Pick<ClientDialect, 'judgeFrame' | 'gapGrammar'>, isKept: boolean) {
    this.#dialect = dialect
    this.#tail = new StreamTail(dialect.judgeFrame, this.#passed)
    this.#gaps = new Gaps(dialect.gapGrammar)
    this.#isKept = isKept
    this.#maxBytes = isKept ? maxKeptBytes : maxForgottenBytes
    this.#lastWord = new LastWord(dialect.judgeFrame, this.#passed)
  }

  /** What of the bytes so far the client may have. */
  push(chunk: Buffer, atMs: number): Buffer | undefined {
    this.#atMs = atMs
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    if (endsFrame(bytes)) {
      this.#held = undefined
      return this.#take(bytes)
    }
    const length = lengthOfFrames(bytes)
    this.#held = bytes.subarray(length)
    if (this.#held.length > longestSignBytes) this.#lastWord.noteUnreadable(atMs)
    if (this.#held.length > maxHeldBytes) return this.#letGo()
    return length === 0 ? undefined : this.#take(bytes.subarray(0, length))
  }

  /** What is left when no more bytes come: a last frame gets the blank line that it lacks, the beginning of one is no frame. */
  rest(): Buffer | undefined {
    const held = this.#held
    this.#held = undefined
    if (!held) return undefined
    if (this.#isBlind) return this.#take(held)
    const frame = Buffer.concat([held, held.at(-1) === lineFeed ? blankLine.subarray(1) : blankLine])
    const roles = readSse(frame).map((whole) => this.#dialect.judgeFrame(whole))
    const isWhole = roles.length > 0 && !roles.some((role) => role === 'torn' || role === 'noise')
    return isWhole ? this.#take(frame) : undefined
  }

  /** Set when the stream goes wrong; neither that frame nor what follows is let through. */
  get fault(): StreamFault | undefined {
    return this.#fault
  }

  /** The end of what was let through. */
  get tail(): StreamTail {
    return this.#tail
  }

  /** When it last said something, epoch milliseconds. */
  get lastWordAtMs(): number {
    return this.#lastWord.atMs
  }

  /** A block of thoughts was begun or gone on with last. */
  isThinking(): boolean {
    return this.#lastWord.role === 'reasoning'
  }

  /** Every frame that was let through, unless nobody can continue the stream. */
  seen(): Frame[] | undefined {
    return this.#isKept ? readSse(this.#passed.between(0)) : undefined
  }

  /** It is over, and nobody asks for anything of it any more. */
  release(): void {
    this.#passed.release()
  }

  #take(frames: Buffer): Buffer | undefined {
    if (this.#fault) return undefined
    if (this.#isBlind) this.#lastWord.noteUnreadable(this.#atMs)
    else if (this.#looksSound(frames.toString())) this.#lastWord.note(this.#atMs)
    else return this.#sift(frames)
    this.#pass(frames)
    return frames
  }

  #pass(bytes: Buffer): void {
    this.#passed.push(bytes)
    if (this.#passed.length > this.#maxBytes) this.#forget()
  }

  #forget(): void {
    this.#isKept = false
    this.#lastWord.read()
    this.#passed.forgetUpTo(this.#tail.start)
    this.#maxBytes = 2 * this.#passed.length + maxForgottenBytes
  }

  /** Searching the text is faster than searching its bytes. */
  #looksSound(text: string): boolean {
    return !this.#gaps.isFresh && !saysError(text) && !text.includes('\uFFFD') && looksLikeJson(text)
  }

  /** Frame by frame: what cannot be read is left out if the rest is sound without it; with an error the stream is over. */
  #sift(frames: Buffer): Buffer | undefined {
    const sound: Buffer[] = []
    for (const bytes of splitFrames(frames)) {
      const [frame] = readSse(bytes)
      const verdict = frame ? this.#judge(frame) : 'keep'
      if (verdict === 'stop') break
      if (verdict === 'leave-out') continue
      const readable = isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8'))
      // One by one, as what may follow is judged by what came before.
      this.#lastWord.note(this.#atMs)
      this.#pass(readable)
      sound.push(readable)
    }
    return sound.length === 0 ? undefined : Buffer.concat(sound)
  }

  #judge(frame: Frame): 'keep' | 'leave-out' | 'stop' {
    switch (this.#dialect.judgeFrame(frame)) {
      case 'failure':
        // Of an answer that has its end nothing can go wrong any more.
        return this.#tail.isWhole() ? 'leave-out' : this.#stop({ type: 'said', frame })
      case 'noise':
        return 'leave-out'
      case 'torn':
        return this.#gaps.mayLeaveOut(frame, this.#lastBody()) ? 'leave-out' : this.#stop(torn)
      case 'closing':
        return this.#tail.isWhole() ? 'keep' : this.#stop({ type: 'found', failure: streamCut })
      case 'preamble':
      case 'reasoning':
      case 'content':
      case 'end': {
        const body = readFrame(frame)
        return isObject(body) && !this.#gaps.isSoundWith(body) ? this.#stop(torn) : 'keep'
      }
    }
  }

  #stop(fault: StreamFault): 'stop' {
    this.#fault = fault
    return 'stop'
  }

  #lastBody(): JsonObject | undefined {
    return this.#tail
      .frames()
      .map(readFrame)
      .filter(isObject)
      .findLast((body) => !isSilent(body))
  }

  #letGo(): Buffer | undefined {
    const held = this.#held
    this.#held = undefined
    this.#isKept = false
    this.#maxBytes = 0
    this.#isBlind = true
    return held && this.#take(held)
  }
}

/** A model's own words cannot look like one: their quotes are escaped. A quote stands everywhere, so its rarer letters are sought first (0.1 µs less). */
function saysError(text: string): boolean {
  return text.includes('rror"') && text.includes('"error"')
}

const torn: StreamFault = { type: 'found', failure: frameTorn }
const lineFeed = 0x0a
const blankLine = Buffer.from('\n\n')

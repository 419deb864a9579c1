/** The beginnings of what was asked and answered, for a person who wants to read them (`CAPTURE`): bounded, and without what looks like a key. */
import { redactPieces } from './redact-pieces.ts'
import { redact } from './redact.ts'

/** Of a request; its end is what is new in a conversation. */
const headBytes = 8 * 1024
const tailBytes = 24 * 1024
/** Of an answer. */
const answerBytes = 32 * 1024
/** A word that is cut in two could be half a key. */
const longestWord = 512

export function captureRequest(body: Buffer): string {
  if (body.length <= headBytes + tailBytes) return redact(body.toString('utf8'))
  const left = body.length - headBytes - tailBytes
  const head = withoutLastWord(body.toString('utf8', 0, headBytes))
  const tail = withoutFirstWord(body.toString('utf8', body.length - tailBytes))
  return `${redact(head)}\n… ${left} bytes …\n${redact(tail)}`
}

/** Gathers what goes to a client, as far as it is kept. */
export class AnswerCapture {
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #isCut = false

  take(chunk: string | Buffer): void {
    const bytes = Buffer.from(chunk)
    const room = answerBytes - this.#bytes
    this.#isCut ||= bytes.length > room
    if (room <= 0) return
    // A copy, as the rest of a large buffer would be kept with it.
    this.#chunks.push(Buffer.from(bytes.subarray(0, room)))
    this.#bytes += Math.min(room, bytes.length)
  }

  text(): string {
    const text = redactPieces(Buffer.concat(this.#chunks).toString('utf8'))
    return this.#isCut ? `${redact(withoutLastWord(text))}\n…` : redact(text)
  }
}

function withoutLastWord(text: string): string {
  return text.slice(0, text.length - lengthOf(/[^\s"']*$/, text.slice(-longestWord)))
}

function withoutFirstWord(text: string): string {
  return text.slice(lengthOf(/^[^\s"']*/, text.slice(0, longestWord)))
}

function lengthOf(pattern: RegExp, text: string): number {
  return pattern.exec(text)?.[0].length ?? 0
}

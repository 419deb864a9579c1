/** Cheap looks at bytes that are relayed: enough to see a fault, without parsing a sound answer. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { AnswerHead } from '../upstream/attempt.ts'

/** What a whole answer turned out to be; `error`: a status or a body that says so. */
export type BodyFault = 'none' | 'cut' | { text: string }

/** An error body is judged by its beginning. */
const maxErrorText = 64 * 1024
/** Where an error stands in a body that is one: Responses answers carry `"error":null` early, so null does not count. */
const errorMark = /"error"\s*:\s*(?!null)/
const markWithin = 512

/** Costs two short looks for a sound answer: its first 512 bytes and its last one. */
export function findBodyFault(head: AnswerHead, body: Buffer): BodyFault {
  if (head.status >= 400) return { text: decompressed(head, body).toString('utf8', 0, maxErrorText) }
  if (head.status !== 200 || !isJson(head)) return 'none'
  if (errorMark.test(body.toString('latin1', 0, markWithin))) return confirmError(body)
  return isClosed(body) ? 'none' : 'cut'
}

function isJson({ headers }: AnswerHead): boolean {
  const type = headers['content-type']
  return typeof type === 'string' && type.includes('json') && headers['content-encoding'] === undefined
}

/** The mark may be a model's own words: only an error at the top of the object is one. */
function confirmError(body: Buffer): BodyFault {
  const text = body.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    const top: unknown = Array.isArray(value) ? value[0] : value
    return typeof top === 'object' && top !== null && 'error' in top && top.error ? { text } : 'none'
  } catch {
    return 'cut'
  }
}

/** A JSON document ends with its bracket; white space may follow. */
function isClosed(body: Buffer): boolean {
  let at = body.length - 1
  while (at >= 0 && isSpace(body[at])) at -= 1
  return body[at] === 0x7d || body[at] === 0x5d
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** `identity` was asked for; some edge servers compress their error pages all the same. */
function decompressed({ headers }: AnswerHead, body: Buffer): Buffer {
  const options = { maxOutputLength: 8 * 1024 * 1024 }
  try {
    if (headers['content-encoding'] === 'gzip') return gunzipSync(body, options)
    if (headers['content-encoding'] === 'br') return brotliDecompressSync(body, options)
    if (headers['content-encoding'] === 'deflate') return inflateSync(body, options)
  } catch {
    // Not what it says it is: judged by its status alone.
  }
  return body
}

/**
 * The end of a relayed stream. A chunk costs two assignments, texts are searched once, when the stream is over;
 * where the last frame repeats the whole answer, its name may lie many chunks before the end, and each chunk is searched (~0.2 µs).
 */
export class StreamTail {
  readonly #terminals: readonly string[]
  readonly #lastFrameIsLong: boolean
  #seen = false
  #previous: Buffer = empty
  last: Buffer = empty

  constructor(terminals: readonly string[], lastFrameIsLong: boolean) {
    this.#terminals = terminals
    this.#lastFrameIsLong = lastFrameIsLong
  }

  push(chunk: Buffer): void {
    if (this.#lastFrameIsLong && !this.#seen) this.#seen = this.#isIn(chunk) || this.#straddles(chunk)
    this.#previous = this.last
    this.last = chunk
  }

  /** The dialect's own end was seen. */
  isWhole(): boolean {
    return this.#seen || this.#isIn(Buffer.concat([this.#previous, this.last]))
  }

  #isIn(bytes: Buffer): boolean {
    return this.#terminals.some((terminal) => bytes.includes(terminal))
  }

  #straddles(chunk: Buffer): boolean {
    return endsWithinFrame(this.last) && this.#isIn(Buffer.concat([this.last.subarray(-64), chunk.subarray(0, 64)]))
  }
}

const empty = Buffer.alloc(0)

/** The bytes stop inside an SSE frame, so that a further frame needs a blank line first. */
export function endsWithinFrame(chunk: Buffer): boolean {
  const length = chunk.length
  if (length < 2) return true
  return !(chunk[length - 1] === 0x0a && (chunk[length - 2] === 0x0a || chunk[length - 2] === 0x0d))
}

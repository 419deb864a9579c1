/** Cheap looks at answers that are relayed: enough to see a fault, without parsing a sound one. */
import { isUtf8 } from 'node:buffer'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { arrayOf, isObject, objectOf, parseJson, type JsonValue } from '../../ir/json.ts'
import type { Failure } from '../../ir/failure.ts'
import type { AnswerHead } from '../../upstream/attempt.ts'

/**
 * How an answer is to be taken: `stream` frame by frame until one says something; `unreadable`, a stream that is compressed
 * although that was not asked for, at once and as it is; anything else `whole`, before the client sees any of it.
 */
export function formOf(head: AnswerHead): 'stream' | 'unreadable' | 'whole' {
  if (head.status !== 200 || !contentType(head).startsWith('text/event-stream')) return 'whole'
  return isPlain(head) ? 'stream' : 'unreadable'
}

/** A body that calls itself JSON, whatever was asked for. */
export function isJson(head: AnswerHead): boolean {
  return contentType(head).includes('json') && isPlain(head)
}

function contentType({ headers }: AnswerHead): string {
  const type = headers['content-type']
  return typeof type === 'string' ? type.toLowerCase() : ''
}

function isPlain({ headers }: AnswerHead): boolean {
  const encoding = headers['content-encoding']
  return encoding === undefined || encoding === 'identity'
}

/** What a whole answer turned out to be; `text`: an error, by its status or by what its body says. */
export type BodyFault = { kind: 'none' | 'cut' | 'web-page' } | { kind: 'error'; text: string }

/** An error body is judged by its beginning. */
const maxErrorText = 64 * 1024
/** An error stands at the head of its body, or after what a model said so far (OpenRouter, providers.md 1.7). */
const lookedAtBytes = 2048
/**
 * Responses answers carry `"error":null`, so null does not count; OpenRouter may say nothing but `"finish_reason":"error"`. Quotes in a
 * model's own words are escaped.
 */
const errorMark = /"error"\s*:\s*(?!null)|"finish_reason"\s*:\s*"error"/

const errorKey = Buffer.from('"error"')

const none: BodyFault = { kind: 'none' }
const cut: BodyFault = { kind: 'cut' }

/** Costs a sound answer a look at its two ends; only a doubtful one is joined and parsed. */
export function findBodyFault(head: AnswerHead, chunks: readonly Buffer[]): BodyFault {
  if (head.status >= 400) return { kind: 'error', text: errorText(head, chunks) }
  if (head.status !== 200 || !isPlain(head)) return none
  const type = contentType(head)
  // A captive portal or a corporate proxy, not the provider.
  if (type.startsWith('text/html')) return { kind: 'web-page' }
  if (!type.includes('json')) return none
  if (mentionsError(chunks) || !hasStatedEnd(head)) return parseWhole(chunks)
  return endsWithBracket(chunks) && isBalanced(chunks) ? none : cut
}

/** Both ends of a body, each from as many chunks as it takes. */
function mentionsError(chunks: readonly Buffer[]): boolean {
  const [only] = chunks
  if (chunks.length === 1 && only && only.length <= lookedAtBytes) return isMarked(only)
  return isMarked(firstBytes(chunks)) || isMarked(lastBytes(chunks))
}

/** The native search spares nearly every answer the pattern (0.1 instead of 1 µs). */
function isMarked(bytes: Buffer): boolean {
  return bytes.includes(errorKey) && errorMark.test(bytes.toString('latin1'))
}

function firstBytes(chunks: readonly Buffer[]): Buffer {
  const [first = empty] = chunks
  return first.length >= lookedAtBytes
    ? first.subarray(0, lookedAtBytes)
    : Buffer.concat(chunks, Math.min(lookedAtBytes, lengthOf(chunks)))
}

function lastBytes(chunks: readonly Buffer[]): Buffer {
  const kept: Buffer[] = []
  let bytes = 0
  for (let at = chunks.length - 1; at >= 0 && bytes < lookedAtBytes; at -= 1) {
    const chunk = chunks[at] ?? empty
    kept.unshift(chunk.subarray(-lookedAtBytes))
    bytes += chunk.length
  }
  return Buffer.concat(kept)
}

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}

const empty = Buffer.alloc(0)

/** A JSON document ends with its bracket; white space may follow. */
function endsWithBracket(chunks: readonly Buffer[]): boolean {
  for (let index = chunks.length - 1; index >= 0; index -= 1) {
    const chunk = chunks[index] ?? empty
    for (let at = chunk.length - 1; at >= 0; at -= 1) {
      const byte = chunk[at]
      if (byte === 0x7d || byte === 0x5d) return true
      if (!isSpace(byte)) return false
    }
  }
  return false
}

/** Nothing of an answer: some providers send empty lines while a whole one is waited for (DeepSeek, providers.md 1.8). */
export function isBlank(chunk: Buffer): boolean {
  return chunk.every(isSpace)
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Larger bodies are judged by their last bracket alone. */
const maxBalancedBytes = 64 * 1024

/** A length that was counted in characters cuts off a bracket or two where it was meant in bytes. ~1 ns a byte. */
function isBalanced(chunks: readonly Buffer[]): boolean {
  if (lengthOf(chunks) > maxBalancedBytes) return true
  const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
  let depth = 0
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]
    if (byte === quote) at = endOfString(body, at)
    else if (byte === 0x7b || byte === 0x5b) depth += 1
    else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return depth === 0
}

const quote = 0x22
const backslash = 0x5c

/** The index of the closing quote. */
function endOfString(body: Buffer, from: number): number {
  for (let at = body.indexOf(quote, from + 1); at !== -1; at = body.indexOf(quote, at + 1)) {
    let slashes = 0
    while (body[at - 1 - slashes] === backslash) slashes += 1
    if (slashes % 2 === 0) return at
  }
  return body.length
}

/** Without a length and without chunks nothing vouches for the end but the JSON itself. */
function hasStatedEnd({ headers }: AnswerHead): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

function parseWhole(chunks: readonly Buffer[]): BodyFault {
  const text = Buffer.concat(chunks).toString('utf8')
  const value = parseJson(text)
  if (value === undefined) return cut
  return statesError(Array.isArray(value) ? value[0] : value) ? { kind: 'error', text } : none
}

/**
 * An error inside an answer that began well is no status: a 5xx that it states (OpenRouter, providers.md 3.3) is the target's own fault
 * like any other.
 */
export function withinAnswer(failure: Failure): Failure {
  if (failure.kind !== 'server-error') return failure
  const { status: _, ...rest } = failure
  return rest
}

/** Also in its choice (OpenRouter, providers.md 1.7). */
export function statesError(value: JsonValue | undefined): boolean {
  if (!isObject(value)) return false
  const choice = objectOf(arrayOf(value['choices'])[0])
  return Boolean(value['error']) || Boolean(choice['error']) || choice['finish_reason'] === 'error'
}

/** `identity` was asked for; some edge servers compress their error pages all the same. */
function errorText({ headers }: AnswerHead, chunks: readonly Buffer[]): string {
  const body = Buffer.concat(chunks)
  const options = { maxOutputLength: 8 * 1024 * 1024 }
  const encoding = headers['content-encoding']
  try {
    if (encoding === 'gzip') return gunzipSync(body, options).toString('utf8', 0, maxErrorText)
    if (encoding === 'br') return brotliDecompressSync(body, options).toString('utf8', 0, maxErrorText)
    if (encoding === 'deflate') return inflateSync(body, options).toString('utf8', 0, maxErrorText)
  } catch {
    // Not what it says it is: judged by its status alone.
  }
  return body.toString('utf8', 0, maxErrorText)
}

/** Broken characters are read as every lenient reader reads them; strict ones would throw on the whole answer. */
export function mended(head: AnswerHead, chunks: Buffer[]): Buffer[] {
  if (!isJson(head) || chunks.every(isUtf8)) return chunks
  const body = Buffer.concat(chunks)
  return isUtf8(body) ? chunks : [Buffer.from(body.toString('utf8'))]
}

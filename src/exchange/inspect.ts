/** Cheap looks at answers that are relayed: enough to see a fault, without parsing a sound one. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { arrayOf, isObject, objectOf, parseJson, type JsonValue } from '../ir/json.ts'
import type { AnswerHead } from '../upstream/attempt.ts'

/**
 * How an answer is to be taken: `stream` frame by frame until one says something; `unreadable`, a stream that is compressed
 * although that was not asked for, at once and as it is; anything else `whole`, before the client sees any of it.
 */
export function formOf(head: AnswerHead): 'stream' | 'unreadable' | 'whole' {
  if (head.status !== 200 || !contentType(head).startsWith('text/event-stream')) return 'whole'
  return isPlain(head) ? 'stream' : 'unreadable'
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
/** Responses answers carry `"error":null`, so null does not count. Quotes in a model's own words are escaped. */
const errorMark = /"error"\s*:\s*(?!null)/

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
  const [start, end] = endsOf(chunks)
  if (errorMark.test(start) || errorMark.test(end) || !hasStatedEnd(head)) return parseWhole(chunks)
  return /[}\]]\s*$/.test(end) ? none : cut
}

function endsOf(chunks: readonly Buffer[]): [start: string, end: string] {
  const [only] = chunks
  if (chunks.length === 1 && only && only.length <= lookedAtBytes) {
    const text = only.toString('latin1')
    return [text, text]
  }
  return [textOf(chunks, 1), textOf(chunks.toReversed(), -1)]
}

/** The first bytes of chunks that come in the order they are wanted, from the front (1) or from the back (-1). */
function textOf(chunks: readonly Buffer[], direction: 1 | -1): string {
  let text = ''
  for (const chunk of chunks) {
    if (text.length >= lookedAtBytes) break
    if (direction === 1) text += chunk.toString('latin1', 0, lookedAtBytes)
    else text = chunk.subarray(-lookedAtBytes).toString('latin1') + text
  }
  return text
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

function statesError(value: JsonValue | undefined): boolean {
  if (!isObject(value)) return false
  return Boolean(value['error']) || Boolean(objectOf(arrayOf(value['choices'])[0])['error'])
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

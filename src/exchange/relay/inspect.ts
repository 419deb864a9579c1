/** Cheap looks at answers that are relayed: enough to see a fault, without parsing a sound one. */
import { isUtf8 } from 'node:buffer'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { arrayOf, isObject, objectOf, parseJson, type JsonValue } from '../../ir/json.ts'
import type { Failure } from '../../ir/failure.ts'
import type { AnswerHead } from '../../upstream/answer-head.ts'
import { zstd } from '../../upstream/zstd.ts'
import { headerOf, withoutFields } from '../../wire/headers.ts'
import { walkThrough, type Walked } from '../../wire/json-walk.ts'
import type { WholeBody } from './whole-body.ts'

/**
 * How an answer is to be taken: `stream` frame by frame until one says something; `unreadable`, a stream that is compressed
 * although that was not asked for, at once and as it is; anything else `whole`, before the client sees any of it.
 */
export function formOf(head: AnswerHead, wantsStream: boolean): 'stream' | 'unreadable' | 'whole' {
  // Whatever else a body calls itself where a stream was asked for: clients read it as one too, and some gateways name no type.
  const isStream = saysStream(head) || (wantsStream && head.declared === undefined)
  if (head.status !== 200 || !isStream) return 'whole'
  return head.encoding === undefined ? 'stream' : 'unreadable'
}

export function saysStream(head: AnswerHead): boolean {
  return head.declared === 'stream'
}

/**
 * A body that is read as a stream is JSON after all, by its first byte behind white space and a byte order mark: no line of a stream
 * begins so. `undefined` while there is none.
 */
export function beginsAsJson(chunk: Buffer): boolean | undefined {
  for (const byte of chunk) if (!isSpace(byte) && !byteOrderMark.has(byte)) return byte === 0x7b || byte === 0x5b
  return undefined
}

const byteOrderMark = new Set([0xef, 0xbb, 0xbf])

/** The head of such a body, as if it called itself that: clients go by what it says, and so does whoever judges it. */
export function asJson(head: AnswerHead): AnswerHead {
  const type = 'application/json'
  return head.changed((headers) => [...withoutFields(headers, ['content-type']), 'content-type', type])
}

/** A body that calls itself JSON, whatever was asked for. */
export function isJson(head: AnswerHead): boolean {
  return head.declared === 'json' && head.encoding === undefined
}

/** What a whole answer turned out to be; `text`: an error, by its status or by what its body says. */
export type BodyFault = { kind: 'none' | 'cut' | 'web-page' | 'no-answer' } | { kind: 'error'; text: string }

/** An error body is judged by its beginning. */
const maxErrorText = 64 * 1024
/** An error stands at the head of its body, or after what a model said so far (OpenRouter, providers.md 1.7). */
const lookedAtBytes = 2048
/**
 * Responses answers carry `"error":null`, so null does not count; OpenRouter may say nothing but `"finish_reason":"error"`. Quotes in a
 * model's own words are escaped.
 */
const errorMark = /"error"\s*:\s*(?!null)|"finish_reason"\s*:\s*"error"/

const none: BodyFault = { kind: 'none' }
const cut: BodyFault = { kind: 'cut' }
const noAnswer: BodyFault = { kind: 'no-answer' }

/** Costs a sound answer one walk, a long one a look at its two ends; only a doubtful one is parsed. */
export function findBodyFault(head: AnswerHead, body: WholeBody): BodyFault {
  if (head.status >= 400) return { kind: 'error', text: errorText(head, body.joined()) }
  if (head.status !== 200 || head.encoding !== undefined) return none
  // A captive portal or a corporate proxy, not the provider.
  if (head.declared === 'page') return { kind: 'web-page' }
  if (head.declared !== 'json') return none
  const all = body.all()
  const { isBalanced, says } = all === undefined ? unknown : walkThrough(all, 'error')
  if ((says && mentionsError(body)) || !hasStatedEnd(head)) return parseWhole(body)
  return endsWithBracket(body.chunks) && isBalanced ? none : cut
}

/**
 * The same of what a model was asked: its answer is an object with something in it, whatever the provider calls that. Nothing at all, a
 * sentence of a gateway's and a redirection are none, and clients break on them.
 */
export function findAnswerFault(head: AnswerHead, body: WholeBody): BodyFault {
  const fault = findBodyFault(head, body)
  if (fault.kind !== 'none') return fault
  if (head.status >= 300) return noAnswer
  if (head.encoding !== undefined) return none
  const read = isJson(head) ? none : parseWhole(body)
  if (read.kind === 'error') return read
  return opening.test(body.beginning()) ? read : noAnswer
}

/** latin1; where it shows nothing but white space, what follows is for the others to judge. */
const opening = /^(?:\xef\xbb\xbf)?\s*(?:$|\{\s*(?:$|"))/

/** A long body is judged by its two ends. */
const unknown: Walked = { isBalanced: true, says: true }

function mentionsError(body: WholeBody): boolean {
  return errorMark.test(body.beginning().slice(0, lookedAtBytes)) || errorMark.test(body.end().slice(-lookedAtBytes))
}

/** A JSON document ends with its bracket; white space may follow. */
function endsWithBracket(chunks: readonly Buffer[]): boolean {
  for (let index = chunks.length - 1; index >= 0; index -= 1) {
    const chunk = chunks[index]
    for (let at = (chunk?.length ?? 0) - 1; at >= 0; at -= 1) {
      const byte = chunk?.[at]
      if (byte === 0x7d || byte === 0x5d) return true
      if (!isSpace(byte)) return false
    }
  }
  return false
}

/** Nothing of an answer: some providers send empty lines while a whole one is waited for (DeepSeek, providers.md 1.8). */
export function isBlank(chunk: Buffer): boolean {
  let at = 0
  while (isSpace(chunk[at])) at += 1
  return at === chunk.length
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Without a length and without chunks nothing vouches for the end but the JSON itself. */
function hasStatedEnd({ hasLength, headers }: AnswerHead): boolean {
  return hasLength || headerOf(headers, 'transfer-encoding') !== undefined
}

function parseWhole(body: WholeBody): BodyFault {
  const text = body.text()
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
export function errorText({ encoding }: AnswerHead, body: Buffer): string {
  const options = { maxOutputLength: 8 * 1024 * 1024 }
  try {
    if (encoding === 'gzip') return gunzipSync(body, options).toString('utf8', 0, maxErrorText)
    if (encoding === 'br') return brotliDecompressSync(body, options).toString('utf8', 0, maxErrorText)
    if (encoding === 'deflate') return inflateSync(body, options).toString('utf8', 0, maxErrorText)
    if (encoding === 'zstd' && zstd) return zstd.decompressSync(body, options).toString('utf8', 0, maxErrorText)
  } catch {
    // Not what it says it is: judged by its status alone.
  }
  return body.toString('utf8', 0, maxErrorText)
}

/** Broken characters are read as every lenient reader reads them; strict ones would throw on the whole answer. */
export function mended(head: AnswerHead, body: WholeBody): Buffer[] {
  const { chunks } = body
  if (!isJson(head) || chunks.every((chunk) => isUtf8(chunk))) return chunks
  const joined = body.joined()
  return isUtf8(joined) ? chunks : [Buffer.from(joined.toString('utf8'))]
}

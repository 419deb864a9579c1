/**
 * Turns any provider's error into one entry of the failure catalogue: every wrapping an error may come in is taken off once,
 * here, and what is left is looked up in a dialect's table. A provider's quirk is a row of a table, never a branch elsewhere.
 */
import type { Cause, Failure, LimitWindow, Scope } from '../ir/failure.ts'
import { arrayOf, isObject, numberOf, objectOf, parseJson, stringOf } from '../ir/json.ts'
import type { JsonObject, JsonValue } from '../ir/json.ts'
import type { HeaderMap } from '../wire/headers.ts'
import { parseRetryAfter, parseStatedReset } from '../wire/reset-times.ts'
import type { FailedAnswer } from './dialect.ts'

/** A provider's error without its wrapping: what the rows of a table look at. */
export interface ProviderError {
  /** Of the answer; for an error inside a 200, the one its body states or its words imply. */
  status: number | undefined
  /** The machine-readable words of the error, finest first: codes, types, reasons. */
  words: readonly string[]
  /** The provider's sentence; empty when it gave none. */
  message: string
  /** All fields of the error, those of its wrappers included where it has none of the same name. */
  fields: JsonObject
  headers: HeaderMap
  nowMs: number
}

/** A cause, and a better sentence than the provider's where there is one. */
export type Judgement = Cause & { message?: string }

/** A row matches when everything it names does; of several matching rows the first counts. */
export interface FailureRow {
  status?: readonly number[]
  /** Any of these among the error's words. */
  word?: readonly string[]
  /** Anchored at the start: a provider's later words may quote the request, its first ones never do. */
  message?: RegExp
  when?: (error: ProviderError) => boolean
  cause: Judgement | ((error: ProviderError, match: RegExpExecArray | undefined) => Judgement)
}

export type Limit = Extract<Cause, { kind: 'quota-spent' | 'rate-limited' }>

export interface FailureTable {
  rows: readonly FailureRow[]
  /** When a limit ends, if the answer says so; not asked for a limit that no waiting lifts. */
  resetsAtMs(error: ProviderError, limit: Limit): number | undefined
}

export function spent(what: 'credit' | 'quota', scope: Scope): Cause {
  return { kind: 'quota-spent', what, scope }
}

export function limited(scope: Scope): Cause {
  return { kind: 'rate-limited', scope }
}

/** Token counts as an error's fields or sentence give them; unreadable ones are left out. */
export function tooLong(promptTokens: JsonValue | undefined, windowTokens: JsonValue | undefined): Cause {
  const prompt = Number(promptTokens)
  const window = Number(windowTokens)
  return { kind: 'too-long', ...(prompt > 0 && { promptTokens: prompt }), ...(window > 0 && { windowTokens: window }) }
}

/** What a status means where no provider's row says otherwise (providers.md 1.0). */
const commonRows: readonly FailureRow[] = [
  { status: [401], cause: { kind: 'bad-key' } },
  { status: [402], cause: spent('credit', 'account') },
  { status: [403], cause: { kind: 'forbidden' } },
  {
    // A 404 may as well be a wrong path, so the body has to speak of the model.
    status: [404],
    message: /^(?:the )?model\b.*\b(?:not found|(?:does )?not exist)/i,
    cause: { kind: 'unknown-model' },
  },
  // Not the request's fault: the server gave up waiting (408), or believes a client gone that is here to read it (499).
  { status: [408, 499], cause: { kind: 'server-error' } },
  { status: [413], cause: { kind: 'too-long' } },
  { status: [429], cause: limited('model') },
  { status: [529], cause: { kind: 'overloaded' } },
  {
    status: [503],
    message: /\b(?:overloaded|(?:over|at) capacity|slow down|high demand|server busy|no capacity)\b/i,
    cause: { kind: 'overloaded' },
  },
]

/** Looks `answer` up in `table`; never throws, whatever the body is. */
export function judgeByTable(answer: FailedAnswer, table: FailureTable): Failure {
  const fields = unwrap(answer.body)
  const status = statedStatus(answer, fields)
  const words = wordsOf(fields)
  const error: ProviderError = {
    status: status ?? impliedStatus(words),
    words,
    message: messageOf(fields, answer),
    fields,
    headers: answer.headers,
    nowMs: answer.nowMs,
  }
  const judgement = withReset(lookUp(error, [...table.rows, ...commonRows]), error, table)
  const code = words[0]
  return {
    ...judgement,
    message: oneLine(judgement.message ?? error.message) || (code ?? `no reason given (HTTP ${status ?? 200})`),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
  }
}

/** The end of a limit from the two places every provider uses. Of a spent quota the sentence knows more: it names the day. */
export function statedReset(error: ProviderError, limit: Limit): number | undefined {
  const byHeader = parseRetryAfter(error.headers, error.nowMs)
  const bySentence = parseStatedReset(error.message, error.nowMs)
  return limit.kind === 'quota-spent' ? (bySentence ?? byHeader) : (byHeader ?? bySentence)
}

function lookUp(error: ProviderError, rows: readonly FailureRow[]): Judgement {
  for (const row of rows) {
    if (row.status && !(error.status !== undefined && row.status.includes(error.status))) continue
    if (row.word && !row.word.some((word) => error.words.includes(word))) continue
    const match = row.message?.exec(error.message) ?? undefined
    if (row.message && !match) continue
    if (row.when && !row.when(error)) continue
    return typeof row.cause === 'function' ? row.cause(error, match) : row.cause
  }
  // An error inside a 200 that says nothing known is the target's own fault, not the request's.
  return { kind: error.status === undefined || error.status >= 500 ? 'server-error' : 'bad-request' }
}

function withReset(judgement: Judgement, error: ProviderError, table: FailureTable): Judgement {
  if (judgement.kind !== 'quota-spent' && judgement.kind !== 'rate-limited') return judgement
  if (judgement.scope === 'request') return judgement
  const resetsAtMs = judgement.resetsAtMs ?? table.resetsAtMs(error, judgement)
  const window = judgement.window ?? windowOf(error)
  return { ...judgement, ...(resetsAtMs !== undefined && { resetsAtMs }), ...(window !== undefined && { window }) }
}

/** In the providers' sentences, codes and quota names (providers.md 1.1 to 1.7); of several the longest counts. */
const windowWords: readonly [LimitWindow, RegExp][] = [
  ['month', /\b(?:monthly|regain access)\b|enforced_spend_limit/i],
  ['day', /\b(?:per[ -]day|daily)\b|\([RT]PD\)|PerDay|_daily/i],
  ['minute', /\bper[ -]min(?:ute)?\b|\([RT]PM\)|PerMinute/i],
]

function windowOf({ message, words, fields }: ProviderError): LimitWindow | undefined {
  const violations = arrayOf(fields['details']).flatMap((detail) => arrayOf(objectOf(detail)['violations']))
  const quotas = violations.map((violation) => stringOf(objectOf(violation)['quotaId']) ?? '')
  const said = [message, ...words, ...quotas].join(' ')
  return windowWords.find(([, pattern]) => pattern.test(said))?.[0]
}

/** Deeper than any wrapping seen: an SDK's copy of a proxy's copy of an error. */
const maxDepth = 6

/** Takes the wrapping off an error, level by level; inner fields win over outer ones. */
function unwrap(body: JsonValue | undefined): JsonObject {
  let fields: JsonObject = {}
  let next = body
  for (let depth = 0; depth < maxDepth && next !== undefined; depth++) {
    const value = typeof next === 'string' ? parseJson(next) : next
    // The OpenAI-compatible endpoint of Gemini answers with an array of one (providers.md 1.6).
    const object = Array.isArray(value) ? value[0] : value
    if (!isObject(object)) return typeof next === 'string' ? { ...fields, message: next } : fields
    fields = { ...fields, ...object }
    next = innerError(object)
  }
  return fields
}

/** The next level inside `object`: an object, or text that may be JSON once more (local-engines.md 1.3, providers.md 1.6). */
function innerError(object: JsonObject): JsonValue | undefined {
  const wrapped = [
    object['error'],
    // `response.failed` of the Responses dialect (providers.md 3.4).
    object['response'],
    // An error in a non-streamed choice (OpenRouter, providers.md 1.7), and in a Groq chunk (3.3).
    objectOf(arrayOf(object['choices'])[0])['error'],
    objectOf(object['x_groq'])['error'],
    object['detail'],
  ].find((place) => isObject(place) || typeof place === 'string')
  return wrapped ?? structuredMessage(object['message'])
}

function structuredMessage(message: JsonValue | undefined): JsonValue | undefined {
  const value = typeof message === 'string' ? parseJson(message) : message
  return isObject(value) ? value : undefined
}

/** A word, not prose: the `code` of xAI is a sentence (providers.md 1.9). Bare envelope names say nothing. */
const isWord = /^(?!error$|response\.)[\w.:-]+$/
/** Some repeat the status as their code: OpenRouter, Gemini and llama-server as a number, Azure as text. */
const isStatus = /^[45]\d\d$/

function wordsOf(fields: JsonObject): string[] {
  const metadata = objectOf(fields['metadata'])
  const reasons = arrayOf(fields['details']).map((detail) => objectOf(detail)['reason'])
  const candidates = [
    objectOf(fields['details'])['error_code'], // Anthropic 1.1
    ...reasons, // Gemini 1.6
    metadata['limit_source'], // OpenRouter 1.7
    metadata['error_type'],
    fields['error_type'],
    objectOf(fields['availability'])['code'],
    objectOf(fields['innererror'])['code'], // Azure 1.10
    fields['code'],
    fields['type'],
    /^[A-Z_]+$/.test(stringOf(fields['status']) ?? '') ? fields['status'] : undefined, // Gemini 1.6
  ]
  return candidates.flatMap((candidate) => {
    const word = typeof candidate === 'number' ? String(candidate) : stringOf(candidate)
    return word !== undefined && isWord.test(word) && !isStatus.test(word) ? [word] : []
  })
}

/** The HTTP status, or for an error inside a 200 the one its body repeats (OpenRouter, Gemini, the Responses WebSocket form). */
function statedStatus(answer: FailedAnswer, fields: JsonObject): number | undefined {
  const candidates = [answer.status, fields['status_code'], fields['status'], fields['code'], fields['raw_status_code']]
  return candidates.map((value) => numberOf(typeof value === 'string' ? Number(value) : value)).find(isFailureStatus)
}

function isFailureStatus(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 600
}

/** Inside a stream only the words are left; these are the statuses they come with otherwise (providers.md 1.1, 1.2, 1.7, 3.4). */
const statusOfWord: ReadonlyMap<string, number> = new Map([
  ['authentication', 401],
  ['authentication_error', 401],
  ['invalid_api_key', 401],
  ['billing_error', 402],
  ['payment_required', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['model_not_found', 404],
  ['timeout', 408],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['rate_limit_exceeded', 429],
  ['insufficient_quota', 429],
  ['usage_limit_reached', 429],
  ['context_length_exceeded', 400],
  ['data_residency_mismatch', 400],
  ['previous_response_not_found', 400],
  ['service_unavailable_error', 503],
  ['overloaded_error', 529],
])

function impliedStatus(words: readonly string[]): number | undefined {
  for (const word of words) {
    const status = statusOfWord.get(word)
    if (status !== undefined) return status
  }
  // `invalid_request_error`, `invalid_prompt`, the `invalid_image…` family: the coarsest words, so they are asked last.
  return words.some((word) => word.startsWith('invalid_')) ? 400 : undefined
}

/** Longer than any limit's sentence; keeps the patterns cheap on a body that is a page. */
const maxSentence = 4000

function messageOf(fields: JsonObject, answer: FailedAnswer): string {
  const page = answer.text.trimStart().startsWith('<')
  const text = answer.body === undefined && !page ? answer.text : ''
  return (stringOf(fields['message']) ?? validationText(fields['detail']) ?? text).trim().slice(0, maxSentence)
}

/** `{"detail":[{"loc":[…],"msg":…}]}` (Mistral 422, providers.md 1.4). */
function validationText(detail: JsonValue | undefined): string | undefined {
  const problems = arrayOf(detail).map((problem) => stringOf(objectOf(problem)['msg']))
  const known = problems.filter((problem) => problem !== undefined)
  return known.length === 0 ? undefined : known.join('; ')
}

const maxMessage = 500

/** A log line and an error body each hold one line of bounded length. */
function oneLine(message: string): string {
  const line = message.replaceAll(/\s*[\r\n]\s*/g, ' ')
  return line.length > maxMessage ? `${line.slice(0, maxMessage - 1)}…` : line
}

/**
 * When a limit ends: every form in which providers state it, as an instant in epoch milliseconds (providers.md 2.1, 2.2).
 * A reset that is zero, negative, past or unreadable says nothing and gives `undefined`. There is no upper bound:
 * a monthly cap may well be weeks away.
 */
import type { HeaderMap } from './headers.ts'

const plainNumber = /^\d+(?:\.\d+)?$/
const goDuration = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/
const unitsMs: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
])

/** A Go-style duration (`6m0s`, `1m47.5854s`, `120ms`) or a plain number of seconds, in milliseconds. */
export function parseWaitMs(text: string): number | undefined {
  const trimmed = text.trim()
  if (plainNumber.test(trimmed)) return Number(trimmed) * 1000
  if (!goDuration.test(trimmed)) return undefined
  let totalMs = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    totalMs += Number(amount) * (unitsMs.get(unit ?? '') ?? 0)
  }
  return totalMs
}

/** The instant a wait from now ends; without a clock (`nowMs` 0) no wait can become an instant. */
export function parseWait(text: string, nowMs: number): number | undefined {
  const waitMs = nowMs > 0 ? parseWaitMs(text) : undefined
  return waitMs === undefined ? undefined : future(nowMs + waitMs, nowMs)
}

/** No date before 1973 is meant, so a smaller number counts seconds and a larger one milliseconds. */
const firstEpochMs = 1e11

/** An instant as RFC 3339, epoch seconds or epoch milliseconds. */
export function parseInstant(value: string | number, nowMs: number): number | undefined {
  const text = String(value).trim()
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return future(Date.parse(text), nowMs)
  if (!plainNumber.test(text)) return undefined
  const epoch = Number(text)
  return future(epoch < firstEpochMs ? epoch * 1000 : epoch, nowMs)
}

/** `retry-after-ms` (Azure), else `retry-after` as seconds or as an HTTP-date, in the order the SDKs read them (providers.md 2.3). */
export function parseRetryAfter(headers: HeaderMap, nowMs: number): number | undefined {
  const milliseconds = header(headers, 'retry-after-ms')
  const atMs = milliseconds === undefined ? undefined : parseWait(`${milliseconds}ms`, nowMs)
  if (atMs !== undefined) return atMs
  const text = header(headers, 'retry-after')
  if (text === undefined) return undefined
  // Date.parse accepts nearly any word with a digit in it; an HTTP-date begins with a weekday and is always GMT.
  if (/^[A-Z][a-z]{2,8}, .* GMT$/.test(text)) return future(Date.parse(text), nowMs)
  return plainNumber.test(text) ? parseWait(text, nowMs) : undefined
}

/** `Please try again in 9m38.016s`, `Please retry after 22 seconds`, `Your quota will reset after 5h59m59s` (providers.md 1.2, 1.3, 1.6, 1.10). */
const statedWait =
  /\b(?:try again in|retry in|retry after|reset after) ((?:\d+(?:\.\d+)?(?:ms|[dhms]))+(?![a-z\d])|\d+(?:\.\d+)?(?= seconds?\b))/i
/** `You will regain access on 2026-04-01 at 00:00 UTC`, `resets 2026-08-08 00:00 UTC` (providers.md 1.1). */
const statedDay = /\b(?:regain access on|resets) (\d{4}-\d{2}-\d{2}) (?:at )?(\d{2}:\d{2}) UTC\b/

/** The reset that the sentence of an error states. */
export function parseStatedReset(message: string, nowMs: number): number | undefined {
  const day = statedDay.exec(message)
  if (day) return parseInstant(`${day[1]}T${day[2]}:00Z`, nowMs)
  const wait = statedWait.exec(message)?.[1]
  return wait === undefined ? undefined : parseWait(wait, nowMs)
}

/** One counted dimension of a limit: the header with what is left of it, and the one that says when it is full again. */
export interface LimitHeaders {
  remaining: string
  reset: string
}

/** Those of the standard tier, of priority tier and of fast mode. */
export const anthropicLimits: readonly LimitHeaders[] = [
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map((name) => `anthropic-ratelimit-${name}`),
  ...['input-tokens', 'output-tokens'].flatMap((name) => [`anthropic-priority-${name}`, `anthropic-fast-${name}`]),
].map((name) => ({ remaining: `${name}-remaining`, reset: `${name}-reset` }))
export const openAiLimits: readonly LimitHeaders[] = ['requests', 'tokens', 'project-tokens'].map((name) => ({
  remaining: `x-ratelimit-remaining-${name}`,
  reset: `x-ratelimit-reset-${name}`,
}))

/** The latest reset among the dimensions with nothing left; the others would name an instant that has nothing to do with the refusal. */
export function parseExhaustedReset(
  headers: HeaderMap,
  limits: readonly LimitHeaders[],
  nowMs: number,
): number | undefined {
  const exhausted = limits.filter(({ remaining }) => header(headers, remaining) === '0')
  return latest(exhausted.map(({ reset }) => parseReset(header(headers, reset), nowMs)))
}

/** Anthropic writes an instant, OpenAI and Groq a duration, Azure whole seconds from now (providers.md 2.1). */
function parseReset(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  return text.includes('T') ? parseInstant(text, nowMs) : parseWait(text, nowMs)
}

/** The windows of the ChatGPT plan that are used up; the latest of their resets (providers.md 1.2, `x-codex-*`). */
export function parseCodexReset(headers: HeaderMap, nowMs: number): number | undefined {
  const used = ['primary', 'secondary'].filter((name) => Number(header(headers, `x-codex-${name}-used-percent`)) >= 100)
  return latest(used.map((name) => parseInstant(header(headers, `x-codex-${name}-reset-at`) ?? '', nowMs)))
}

export interface UnifiedRejection {
  /** Only the requested model is blocked; others of the same account keep working. */
  modelOnly: boolean
  resetsAtMs?: number
  window?: '5h' | '7d'
  /** It was seen to clear well before its reset. */
  isUpperBound?: true
}

const unified = 'anthropic-ratelimit-unified-'
/** `5h` and `7d` bind the whole account; a suffix (`7d_sonnet`, `7d_oi`) binds one model (providers.md 2.2). */
const windowStatus = /^anthropic-ratelimit-unified-(\d+[dh](_\w+)?)-status$/
const modelClaim = /^(?:five_hour|seven_day)_/

/** What the headers of a Claude subscription say of a refused request; `undefined` when they do not reject it. */
export function parseUnifiedRejection(headers: HeaderMap, nowMs: number): UnifiedRejection | undefined {
  if (!isRejected(headers)) return undefined
  const windows = Object.keys(headers)
    .map((name) => windowStatus.exec(name))
    .filter((match) => match !== null && header(headers, match[0]) === 'rejected')
    .map((match) => ({ name: match?.[1] ?? '', modelOnly: match?.[2] !== undefined }))
  const modelOnly = windows.length > 0 ? windows.every((window) => window.modelOnly) : claimsModel(headers)
  // With several rejected windows the latest reset is the true one (opencodex pull request 3809 in providers.md 2.2);
  // but a model's own window must not keep the whole account waiting.
  const binding = windows.filter((window) => window.modelOnly === modelOnly)
  const resetsAtMs =
    latest(binding.map(({ name }) => parseInstant(header(headers, `${unified}${name}-reset`) ?? '', nowMs))) ??
    parseInstant(header(headers, `${unified}reset`) ?? '', nowMs)
  const window = longestOf(binding.map(({ name }) => name)) ?? claimedWindow(headers)
  // With a fallback percentage, requests worked again within minutes (gajae-code pull request 2444 in providers.md 2.2).
  const isUpperBound = window === '5h' && header(headers, `${unified}fallback-percentage`) !== undefined
  return {
    modelOnly,
    ...(resetsAtMs !== undefined && { resetsAtMs }),
    ...(window !== undefined && { window }),
    ...(isUpperBound && { isUpperBound }),
  }
}

function longestOf(windows: readonly string[]): '5h' | '7d' | undefined {
  if (windows.some((name) => name.startsWith('7d'))) return '7d'
  return windows.includes('5h') ? '5h' : undefined
}

function claimedWindow(headers: HeaderMap): '5h' | '7d' | undefined {
  const claim = header(headers, `${unified}representative-claim`)
  if (claim === undefined) return undefined
  return claim.startsWith('seven_day') ? '7d' : claim.startsWith('five_hour') ? '5h' : undefined
}

/** Spent overage credit was seen on a 429 without further headers (tombii/better-ccflare#261 in providers.md 2.2). */
function isRejected(headers: HeaderMap): boolean {
  const status = header(headers, `${unified}status`)
  if (status !== undefined) return status === 'rejected'
  return header(headers, `${unified}overage-disabled-reason`) === 'out_of_credits'
}

function claimsModel(headers: HeaderMap): boolean {
  return modelClaim.test(header(headers, `${unified}representative-claim`) ?? '')
}

function header(headers: HeaderMap, name: string): string | undefined {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value)?.trim()
}

/** The last instant a `Date` can hold; what lies beyond it is garbage and would throw when printed. */
const lastDateMs = 8.64e15

/** `atMs` in whole milliseconds if it lies ahead. */
function future(atMs: number, nowMs: number): number | undefined {
  const rounded = Math.round(atMs)
  return rounded > nowMs && rounded <= lastDateMs ? rounded : undefined
}

function latest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

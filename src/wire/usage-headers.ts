/** How much of its limits an account has used, as the headers of good answers say it (providers.md 1.2, 2.1, 2.2). */
import { headerMap, type HeaderList, type HeaderMap } from './headers.ts'
import { parseInstant, parseWait } from './reset-times.ts'

export interface WindowUsage {
  /** The provider's own name for it: `5h`, `7d`, `7d_sonnet`, `primary`, `requests`. */
  window: string
  /** 0 to 1; a provider may count beyond. */
  used: number
  resetsAtMs: number
  /** It binds the model that was asked, and no other. */
  modelOnly: boolean
}

const unified = 'anthropic-ratelimit-unified-'
const unifiedUse = /^anthropic-ratelimit-unified-(\d+[dh](_\w+)?)-utilization$/
/** A limit that fills up again within minutes is no wall: `WAIT_MAX` and the refusal itself are for that. */
const shortestMs = 5 * 60_000

/** Of a head with one of {@link usageSigns}. Windows without a reset are left out: nobody could tell when they are over. */
export function readUsage(headers: HeaderList, nowMs: number): WindowUsage[] {
  const map = headerMap(headers)
  const read = readers.find(({ sign }) => map[sign] !== undefined)?.read
  return read?.(map, nowMs) ?? []
}

/** A model's own window may be told of beside an answer of another model: it counts only where the provider claims it. */
function readUnified(headers: HeaderMap, nowMs: number): WindowUsage[] {
  const claimsModel = /^(?:five_hour|seven_day)_/.test(text(headers, `${unified}representative-claim`))
  return Object.keys(headers).flatMap((name) => {
    const [, window, model] = unifiedUse.exec(name) ?? []
    if (window === undefined || (model !== undefined && !claimsModel)) return []
    const resetsAtMs = parseInstant(text(headers, `${unified}${window}-reset`), nowMs)
    return usage(window, Number(text(headers, name)), resetsAtMs, model !== undefined)
  })
}

function readCodex(headers: HeaderMap, nowMs: number): WindowUsage[] {
  return ['primary', 'secondary'].flatMap((window) => {
    const resetsAtMs = parseInstant(text(headers, `x-codex-${window}-reset-at`), nowMs)
    return usage(window, Number(text(headers, `x-codex-${window}-used-percent`)) / 100, resetsAtMs, false)
  })
}

/** Groq counts requests by the day (providers.md 2.1); what OpenAI counts by the minute falls under {@link shortestMs}. */
function readCounted(headers: HeaderMap, nowMs: number): WindowUsage[] {
  return ['requests', 'tokens'].flatMap((window) => {
    const limit = Number(text(headers, `x-ratelimit-limit-${window}`))
    const remaining = Number(text(headers, `x-ratelimit-remaining-${window}`))
    const resetsAtMs = parseWait(text(headers, `x-ratelimit-reset-${window}`), nowMs)
    if (resetsAtMs === undefined || resetsAtMs - nowMs < shortestMs) return []
    return usage(window, 1 - remaining / limit, resetsAtMs, true)
  })
}

/** Each with a header that tells that it is to be asked. */
const readers = [
  { sign: 'anthropic-ratelimit-unified-status', read: readUnified },
  { sign: 'x-codex-primary-used-percent', read: readCodex },
  { sign: 'x-ratelimit-limit-requests', read: readCounted },
]
export const usageSigns = readers.map(({ sign }) => sign)

function usage(window: string, used: number, resetsAtMs: number | undefined, modelOnly: boolean): WindowUsage[] {
  return resetsAtMs === undefined || !Number.isFinite(used) ? [] : [{ window, used, resetsAtMs, modelOnly }]
}

function text(headers: HeaderMap, name: string): string {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? ''
}

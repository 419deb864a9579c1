/** One message to a collector. */
import type { Clock } from '../../clock.ts'
import { numberOf, objectOf, parseJson, stringOf } from '../../ir/json.ts'
import type { Pools } from '../../upstream/pools.ts'
import type { HeaderMap } from '../../wire/headers.ts'
import { parseRetryAfter } from '../../wire/reset-times.ts'

export type Sent =
  /** But for so many spans. */
  | { is: 'taken'; rejected: number }
  /** It would not take it another time either. */
  | { is: 'refused'; words: string }
  /** `afterMs`: it said when. */
  | { is: 'later'; words: string; afterMs?: number }

interface Place {
  endpoint: URL
  headers: Readonly<Record<string, string>>
}

/** As OpenTelemetry's exporters have it. */
const timeoutMs = 10_000
/** Statuses after which the protocol wants it sent again (OTLP/HTTP, "Failures"). */
const passing = new Set([429, 502, 503, 504])
const longestPauseMs = 30_000

export async function sendTraces(
  pools: Pools,
  clock: Clock,
  { endpoint, headers }: Place,
  body: string,
): Promise<Sent> {
  const giveUp = new AbortController()
  const cancel = clock.after(timeoutMs, () => giveUp.abort())
  try {
    const answer = await pools.at(endpoint.origin).request({
      method: 'POST',
      path: endpoint.pathname + endpoint.search,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal: giveUp.signal,
    })
    const text = await answer.body.text()
    return judge(answer.statusCode, text, answer.headers, clock.now())
  } catch {
    return { is: 'later', words: giveUp.signal.aborted ? 'no answer in time' : 'it cannot be reached' }
  } finally {
    cancel()
  }
}

function judge(status: number, text: string, headers: HeaderMap, nowMs: number): Sent {
  if (status >= 200 && status < 300) return { is: 'taken', rejected: rejectedIn(text) }
  const words = `status ${status}`
  if (!passing.has(status)) return { is: 'refused', words }
  const atMs = parseRetryAfter(headers, nowMs)
  return atMs === undefined
    ? { is: 'later', words }
    : { is: 'later', words, afterMs: Math.min(longestPauseMs, Math.max(0, atMs - nowMs)) }
}

/** A collector may take a part of it; the protocol writes large numbers as text. */
function rejectedIn(text: string): number {
  const rejected = objectOf(objectOf(parseJson(text))['partialSuccess'])['rejectedSpans']
  return Number(stringOf(rejected) ?? numberOf(rejected) ?? 0) || 0
}

/**
 * What models cost at their providers, by the table in prices.json: list prices, as their source said on that date. A model that is not
 * in it has no price: none is guessed. Of a cache whose keeping has several prices it has the one for the shortest time.
 */
import type { Usage } from '../../ir/events.ts'
import table from './prices.json' with { type: 'json' }

/** US dollars per million tokens. */
interface Rates {
  input: number
  output: number
  /** Unset: as any input. */
  cacheRead?: number
  cacheWrite?: number
}

export interface Price extends Rates {
  /** A request with more input than `inputTokens` is charged so, all of it. */
  above?: Rates & { inputTokens: number }
  /** From Monday to Friday, in these hours; whoever knows of holidays charges less on them. */
  peak?: Rates & { hoursUtc: number[][] }
}

interface PriceRow extends Price {
  /** As config/presets.ts calls it. */
  provider: string
  /** As requests name it, without a date. */
  model: string
  /** First and last day, in UTC; unset: it has always been so, and there is no end in sight. */
  from?: string
  until?: string
  /** The source said so then. */
  asOf: string
  source: string
}

export const priceRows: readonly PriceRow[] = table.prices

interface DatedPrice {
  price: Price
  fromMs: number
  /** The first moment after it. */
  endMs: number
}

const dayMs = 24 * 3_600_000

const prices = new Map<string, Map<string, DatedPrice[]>>()
for (const row of priceRows) {
  const models = prices.get(row.provider) ?? new Map<string, DatedPrice[]>()
  const fromMs = row.from === undefined ? 0 : Date.parse(row.from)
  const endMs = row.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(row.until) + dayMs
  models.set(row.model, [...(models.get(row.model) ?? []), { price: row, fromMs, endMs }])
  prices.set(row.provider, models)
}

/** `model` by its own name, or by that without the date of its version (`-20250929`, `-2025-08-07`). */
export function priceOf(provider: string | undefined, model: string | undefined, atMs: number): Price | undefined {
  const known = provider === undefined ? undefined : prices.get(provider)
  if (!known || model === undefined) return undefined
  const dated = known.get(model) ?? versionOf(known, model)
  return dated?.find(({ fromMs, endMs }) => atMs >= fromMs && atMs < endMs)?.price
}

/** So many versions are remembered, as looking for one takes ~0.3 µs. */
const mostNames = 1000

function versionOf(known: Map<string, DatedPrice[]>, model: string): DatedPrice[] | undefined {
  const dated = known.get(model.replace(/-\d{4}(?:\d{4}|-\d\d-\d\d)$/, ''))
  if (dated && known.size < mostNames) known.set(model, dated)
  return dated
}

/** In US dollars; what was not stated counts nothing. */
export function costOf(price: Price, usage: Usage, atMs: number): number {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage
  const { input, output, cacheRead = input, cacheWrite = input } = ratesFor(price, inputTokens, atMs)
  const fresh = Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens)
  return (fresh * input + cacheReadTokens * cacheRead + cacheWriteTokens * cacheWrite + outputTokens * output) / 1e6
}

function ratesFor(price: Price, inputTokens: number, atMs: number): Rates {
  if (price.above && inputTokens > price.above.inputTokens) return price.above
  return price.peak && isWithin(price.peak.hoursUtc, new Date(atMs)) ? price.peak : price
}

function isWithin(hoursUtc: readonly number[][], date: Date): boolean {
  const hour = date.getUTCHours()
  const isWeekend = date.getUTCDay() % 6 === 0
  return !isWeekend && hoursUtc.some(([from = 0, to = 0]) => hour >= from && hour < to)
}

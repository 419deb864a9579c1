/** What models cost at their providers, by the table in prices.json. A model that is not in it has no price: none is guessed. */
import type { Usage } from '../ir/events.ts'
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
}

interface PriceRow extends Price {
  /** As config/presets.ts calls it. */
  provider: string
  /** As requests name it, without a date. */
  model: string
  /** When the source said so. */
  asOf: string
  source: string
}

export const priceRows: readonly PriceRow[] = table.prices

const prices = new Map<string, Map<string, Price>>()
for (const row of priceRows) {
  const known = prices.get(row.provider) ?? new Map<string, Price>()
  prices.set(row.provider, known.set(row.model, row))
}

/** `model` by its own name, or by that without the date of its version (`-20250929`, `-2025-08-07`). */
export function priceOf(provider: string | undefined, model: string | undefined): Price | undefined {
  const known = provider === undefined ? undefined : prices.get(provider)
  if (!known || model === undefined) return undefined
  return known.get(model) ?? known.get(model.replace(/-\d{4}(?:\d{4}|-\d\d-\d\d)$/, ''))
}

/** In US dollars; what was not stated counts nothing. */
export function costOf(price: Price, usage: Usage): number {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage
  const rates = price.above && inputTokens > price.above.inputTokens ? price.above : price
  const { input, output, cacheRead = input, cacheWrite = input } = rates
  const fresh = Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens)
  return (fresh * input + cacheReadTokens * cacheRead + cacheWriteTokens * cacheWrite + outputTokens * output) / 1e6
}

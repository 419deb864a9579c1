/** How long a model stays in memory after an answer (local-engines.md 1.1). */
import type { JsonValue } from '../../ir/json.ts'

const usualKeepAliveMs = 5 * 60_000

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A number of seconds, or a Go duration; below zero is for ever (local-engines.md 1.1). */
export function keepAliveMs(value: JsonValue | undefined): number {
  if (typeof value === 'number') return value < 0 ? Number.POSITIVE_INFINITY : value * 1000
  if (typeof value !== 'string') return usualKeepAliveMs
  if (value.startsWith('-')) return Number.POSITIVE_INFINITY
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0) return usualKeepAliveMs
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0), 0)
}

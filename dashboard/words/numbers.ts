/** Counts, shares and money. */
import type { MoneyView } from '../../src/admin/views.ts'

const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })

/** `12,345`. */
export function count(value: number): string {
  return grouped.format(value)
}

/** `1 exchange`, `12,345 exchanges`; most plurals need no word of their own. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Short where it grows long: `940`, `12.3 k`, `1.25 M`. */
export function shortCount(value: number): string {
  if (value < 10_000) return count(value)
  if (value < 999_500) return `${(value / 1000).toFixed(value < 99_950 ? 1 : 0)} k`
  return `${(value / 1_000_000).toFixed(2)} M`
}

/** Of a part in a whole: `13%`. Neither nothing nor everything unless it is. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1%'
  if (share > 0.99 && share < 1) return '>99%'
  return `${Math.round(share * 100)}%`
}

/** `$1.84`; `≥ $1.84` where a part is unknown, `unknown` where all of it is. */
export function money({ usd, unknown }: MoneyView): string {
  if (unknown > 0 && usd === 0) return 'unknown'
  return `${unknown > 0 ? '≥ ' : ''}${dollars(usd)}`
}

function dollars(usd: number): string {
  if (usd > 0 && usd < 0.01) return `$${usd.toPrecision(1)}`
  return `$${usd.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

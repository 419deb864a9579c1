/** Whom a target is not asked for, as people say it. */
import type { RestView } from '../../src/admin/views.ts'
import { moment } from './moments.ts'

/** `whole account c0ffee, 5h`; the beginning of a digest is enough to tell customers apart. */
export function whoseRest({ account, model, reason, window }: RestView): string {
  const isLimit = reason === 'quota-spent' || reason === 'rate-limited'
  const customer = account === '' ? undefined : `account ${account.slice(0, 6)}`
  const whole = model === undefined && isLimit && customer !== undefined ? `whole ${customer}` : customer
  const parts = [model, whole, window].filter((part) => part !== undefined)
  return parts.length === 0 ? 'everybody' : parts.join(', ')
}

export function untilWhen({ untilMs, isProbed }: RestView, nowMs: number): string {
  if (isProbed) return 'one request is trying it'
  return untilMs > nowMs ? `until ${moment(untilMs, nowMs)}` : 'tried by the next request'
}

/** `words` is a sentence of the provider's. */
export function whyRest({ words, refusals }: RestView): string {
  return refusals > 1 ? `${words} (${refusals} times in a row)` : words
}

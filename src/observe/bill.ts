/** What an attempt cost, and what an answer of a local model would have cost at a provider. Pure. */
import type { Usage } from '../ir/events.ts'
import { modelAt } from '../routing/model-map.ts'
import type { Target } from '../routing/target.ts'
import type { AttemptEntry, Entry } from './entry.ts'
import { costOf, priceOf } from './prices.ts'

/** `isWhole`: nothing of it is unknown. */
export interface Cost {
  usd: number
  isWhole: boolean
}

const nothing: Cost = { usd: 0, isWhole: true }

/** Of a refusal nothing: a provider charges for what it answers, also when that is not heard to the end. */
export function costOfAttempt(target: Target | undefined, attempt: AttemptEntry, atMs: number): Cost {
  const { kind, end, contentMs, usage, model } = attempt
  const isCharged = end.is === 'answered' || contentMs !== undefined || usage !== undefined
  return kind === 'cloud' && isCharged ? costAt(target?.provider, model, usage, atMs) : nothing
}

/** At the first target, for the model that the client named; `usage`: what local models used instead. */
export function costInstead(first: Target | undefined, { model: asked, atMs }: Entry, usage: Usage | undefined): Cost {
  const model = asked === undefined ? first?.model : first && modelAt(first, asked)
  return costAt(first?.provider, model, usage, atMs)
}

function costAt(provider: string | undefined, model: string | undefined, usage: Usage | undefined, atMs: number): Cost {
  const price = priceOf(provider, model, atMs)
  if (!price || !usage) return { usd: 0, isWhole: false }
  const isWhole = usage.inputTokens !== undefined && usage.outputTokens !== undefined
  return { usd: costOf(price, usage, atMs), isWhole }
}

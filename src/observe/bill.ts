/** What an attempt cost, and what an answer of a local model would have cost at a provider. Pure. */
import type { Usage } from '../ir/events.ts'
import { modelAt } from '../routing/model-map.ts'
import type { Target } from '../routing/target.ts'
import type { AttemptEntry } from './entry.ts'
import { costOf, priceOf } from './prices.ts'

/** `isWhole`: nothing of it is unknown. */
export interface Cost {
  usd: number
  isWhole: boolean
}

const nothing: Cost = { usd: 0, isWhole: true }

/** Of a refusal nothing: a provider charges for what it answers, also when that is not heard to the end. */
export function costOfAttempt(target: Target | undefined, attempt: AttemptEntry): Cost {
  const { kind, end, contentMs, usage, model } = attempt
  const isCharged = end.is === 'answered' || contentMs !== undefined || usage !== undefined
  return kind === 'cloud' && isCharged ? costAt(target?.provider, model, usage) : nothing
}

/** `asked`: as the client named its model; `usage`: what a local model used instead. */
export function costInstead(first: Target | undefined, asked: string | undefined, usage: Usage | undefined): Cost {
  const model = asked === undefined ? first?.model : first && modelAt(first, asked)
  return costAt(first?.provider, model, usage)
}

function costAt(provider: string | undefined, model: string | undefined, usage: Usage | undefined): Cost {
  const price = priceOf(provider, model)
  if (!price || !usage) return { usd: 0, isWhole: false }
  return { usd: costOf(price, usage), isWhole: usage.inputTokens !== undefined && usage.outputTokens !== undefined }
}

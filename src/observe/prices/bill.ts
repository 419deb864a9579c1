/** What an exchange cost at each target, and what an answer of a local model would have cost at the first. Pure. */
import type { Usage } from '../../ir/events.ts'
import { addUsage } from '../../ir/usage.ts'
import type { Chains } from '../../routing/chains.ts'
import { modelAt } from '../../routing/model-map.ts'
import type { Target } from '../../routing/target.ts'
import { fallbackOf, type AttemptEntry, type Entry } from '../journal/entry.ts'
import { costOf, priceOf } from './prices.ts'

export interface Bill {
  /** Of everybody who was asked, once each. */
  costs: readonly TargetCost[]
  /** Set when a local model answered in place of a provider. */
  notSpent?: Cost
}

/** `isWhole`: nothing of it is unknown. */
export interface Cost {
  usd: number
  isWhole: boolean
}

interface TargetCost extends Cost {
  target: string
}

/** Who a target is, by its name; names may change while Trooper runs, as local servers are found. */
export type FindTarget = (name: string) => Target | undefined

export function finderOf(chains: Chains): FindTarget {
  const targets = [...new Set(Object.values(chains).flat())]
  return (name) => targets.find((target) => target.name === name)
}

export function billOf(entry: Entry, find: FindTarget): Bill {
  const costs: TargetCost[] = []
  for (const attempt of entry.attempts) {
    if (attempt.end.is === 'skipped') continue
    const { target } = attempt
    const { usd, isWhole } = costOfAttempt(find(target), attempt, entry.atMs)
    const before = costs.find((cost) => cost.target === target)
    if (before) {
      before.usd += usd
      before.isWhole &&= isWhole
    } else costs.push({ target, usd, isWhole })
  }
  const [first] = entry.attempts
  const isSpared = first?.kind === 'cloud' && fallbackOf(entry)?.kind === 'local'
  return isSpared ? { costs, notSpent: costInstead(find(first.target), entry) } : { costs }
}

const nothing: Cost = { usd: 0, isWhole: true }

/** Of a refusal nothing: a provider charges for what it answers, also when that is not heard to the end, where it says how much it was. */
function costOfAttempt(target: Target | undefined, attempt: AttemptEntry, atMs: number): Cost {
  const { kind, end, contentMs, usage, model } = attempt
  const isWhole = end.is === 'answered'
  const isCharged = isWhole || contentMs !== undefined || usage !== undefined
  if (kind === 'local' || !isCharged) return nothing
  const cost = costAt(target?.provider, model, usage, atMs)
  return isWhole ? cost : { ...cost, isWhole }
}

/** At the first target, for the model that the client named, with the tokens that local models used instead. */
function costInstead(first: Target | undefined, { model: asked, atMs, attempts }: Entry): Cost {
  const model = asked === undefined ? first?.model : first && modelAt(first, asked)
  const usages = attempts.flatMap(({ kind, usage }) => (kind === 'local' && usage ? usage : []))
  return costAt(first?.provider, model, usages.length > 0 ? usages.reduce(addUsage) : undefined, atMs)
}

function costAt(provider: string | undefined, model: string | undefined, usage: Usage | undefined, atMs: number): Cost {
  const price = priceOf(provider, model, atMs)
  if (!price || !usage) return { usd: 0, isWhole: false }
  const isWhole = usage.inputTokens !== undefined && usage.outputTokens !== undefined
  return { usd: costOf(price, usage, atMs), isWhole }
}

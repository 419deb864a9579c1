/** Adds exchanges to the totals of their day. Pure. */
import type { Chains } from '../routing/chains.ts'
import type { Target } from '../routing/target.ts'
import { addUsage } from '../ir/usage.ts'
import { costInstead, costOfAttempt, type Cost } from './bill.ts'
import { emptyTargetDay, type DayView, type MoneyView } from './day.ts'
import { fallbackOf, isFailure, reasonOf, seamsOf, type AttemptEntry, type Entry } from './entry.ts'

/** Who a target is, by its name; names may change while Trooper runs, as local servers are found. */
export type FindTarget = (name: string) => Target | undefined

export function finderOf(chains: Chains): FindTarget {
  const targets = [...new Set(Object.values(chains).flat())]
  return (name) => targets.find((target) => target.name === name)
}

/** The exchange has ended. */
export function tally(day: DayView, entry: Entry, find: FindTarget): void {
  if (entry.about !== 'conversation') return
  day.exchanges += 1
  if (entry.end.is === 'failed') day.failed += 1
  day.seams += seamsOf(entry)
  const fallback = fallbackOf(entry)
  if (fallback) tallyFallback(day, entry, fallback, find)
  tallyTargets(day, entry, find)
}

function tallyFallback(day: DayView, entry: Entry, fallback: AttemptEntry, find: FindTarget): void {
  day.fallbacks += 1
  const reason = reasonOf(entry)
  if (reason) day.byReason[reason] = (day.byReason[reason] ?? 0) + 1
  const [first] = entry.attempts
  if (fallback.kind === 'local' && first?.kind === 'cloud')
    addCost(day.notSpent, costInstead(find(first.target), entry, usageOfLocals(entry)))
}

function usageOfLocals({ attempts }: Entry): AttemptEntry['usage'] {
  const usages = attempts.flatMap(({ kind, usage }) => (kind === 'local' && usage ? usage : []))
  return usages.length > 0 ? usages.reduce(addUsage) : undefined
}

function tallyTargets(day: DayView, { atMs, attempts, end }: Entry, find: FindTarget): void {
  const costs = new Map<string, Cost>()
  for (const attempt of attempts) {
    if (attempt.end.is === 'skipped') continue
    const target = (day.byTarget[attempt.target] ??= emptyTargetDay(attempt.kind))
    if (isFailure(attempt.end)) target.failed += 1
    target.inputTokens += attempt.usage?.inputTokens ?? 0
    target.outputTokens += attempt.usage?.outputTokens ?? 0
    const before = costs.get(attempt.target) ?? { usd: 0, isWhole: true }
    const { usd, isWhole } = costOfAttempt(find(attempt.target), attempt, atMs)
    costs.set(attempt.target, { usd: before.usd + usd, isWhole: before.isWhole && isWhole })
  }
  for (const [name, cost] of costs) {
    const target = day.byTarget[name]
    if (target) addCost(target.cost, cost)
  }
  const answered = end.is === 'answered' ? day.byTarget[end.target] : undefined
  if (answered) answered.answered += 1
}

function addCost(money: MoneyView, { usd, isWhole }: Cost): void {
  money.usd += usd
  if (!isWhole) money.unknown += 1
}

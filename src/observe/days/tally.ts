/** Adds exchanges to the totals of their day. Pure. */
import type { Bill, Cost } from '../prices/bill.ts'
import { emptyTargetDay, type DayView, type MoneyView } from './day.ts'
import { fallbackOf, isFailure, reasonOf, seamsOf, type Entry } from '../journal/entry.ts'

/** The exchange has ended. */
export function tally(day: DayView, entry: Entry, bill: Bill): void {
  if (entry.about !== 'conversation') return
  day.exchanges += 1
  if (entry.end.is === 'failed') day.failed += 1
  day.seams += seamsOf(entry)
  if (fallbackOf(entry)) {
    day.fallbacks += 1
    const reason = reasonOf(entry)
    if (reason) day.byReason[reason] = (day.byReason[reason] ?? 0) + 1
  }
  tallyTargets(day, entry, bill)
  if (bill.notSpent) addCost(day.notSpent, bill.notSpent)
}

function tallyTargets({ byTarget }: DayView, { attempts, end }: Entry, { costs }: Bill): void {
  for (const attempt of attempts) {
    if (attempt.end.is === 'skipped') continue
    const target = (byTarget[attempt.target] ??= emptyTargetDay(attempt.kind))
    if (isFailure(attempt.end)) target.failed += 1
    target.inputTokens += attempt.usage?.inputTokens ?? 0
    target.outputTokens += attempt.usage?.outputTokens ?? 0
  }
  for (const cost of costs) {
    const target = byTarget[cost.target]
    if (target) addCost(target.cost, cost)
  }
  const answered = end.is === 'answered' ? byTarget[end.target] : undefined
  if (answered) answered.answered += 1
}

function addCost(money: MoneyView, { usd, isWhole }: Cost): void {
  money.usd += usd
  if (!isWhole) money.unknown += 1
}

/** What the conversations of one day came to: as a person is told it, and as it is kept. */
import { catalogue, type FailureKind } from '../../ir/failure.ts'

export interface DayView {
  /** `2026-04-21`, in the machine's time zone; an exchange counts on the day on which it ended. */
  day: string
  /** Conversations: what apps ask besides (lists of models, counts of tokens) is not counted. */
  exchanges: number
  fallbacks: number
  failed: number
  seams: number
  /** Why there was a fallback. */
  byReason: Partial<Record<FailureKind, number>>
  byTarget: Record<string, TargetDayView>
  /** What the exchanges that a local model answered would have cost at the first target, in US dollars, as far as its price is known. */
  notSpent: MoneyView
}

export interface TargetDayView {
  kind: 'cloud' | 'local'
  answered: number
  failed: number
  inputTokens: number
  outputTokens: number
  cost: MoneyView
}

/** A part may be unknown: then the sum is at least this. */
export interface MoneyView {
  usd: number
  /** Exchanges whose price or tokens nobody knows. */
  unknown: number
}

export function emptyDay(day: string): DayView {
  const counts = { exchanges: 0, fallbacks: 0, failed: 0, seams: 0 }
  return { day, ...counts, byReason: {}, byTarget: {}, notSpent: noMoney() }
}

export function emptyTargetDay(kind: 'cloud' | 'local'): TargetDayView {
  return { kind, answered: 0, failed: 0, inputTokens: 0, outputTokens: 0, cost: noMoney() }
}

function noMoney(): MoneyView {
  return { usd: 0, unknown: 0 }
}

export const failureKinds = Object.keys(catalogue).filter((kind): kind is FailureKind => kind in catalogue)

/** Two parts of the same day as one; neither is changed, and nothing of them is in it. */
export function addDays(one: DayView, other: DayView): DayView {
  const sum = structuredClone(one)
  sum.exchanges += other.exchanges
  sum.fallbacks += other.fallbacks
  sum.failed += other.failed
  sum.seams += other.seams
  for (const reason of failureKinds) {
    const times = (one.byReason[reason] ?? 0) + (other.byReason[reason] ?? 0)
    if (times > 0) sum.byReason[reason] = times
  }
  for (const [name, { kind, answered, failed, inputTokens, outputTokens, cost }] of Object.entries(other.byTarget)) {
    const target = (sum.byTarget[name] ??= emptyTargetDay(kind))
    target.answered += answered
    target.failed += failed
    target.inputTokens += inputTokens
    target.outputTokens += outputTokens
    addMoney(target.cost, cost)
  }
  addMoney(sum.notSpent, other.notSpent)
  return sum
}

/** What all targets came to; a local model costs nothing. */
export function costOfDay({ byTarget }: Pick<DayView, 'byTarget'>): MoneyView {
  const sum = noMoney()
  for (const { cost } of Object.values(byTarget)) addMoney(sum, cost)
  return sum
}

function addMoney(sum: MoneyView, { usd, unknown }: MoneyView): void {
  sum.usd += usd
  sum.unknown += unknown
}

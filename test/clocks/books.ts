/** What a script did with a Trooper, written down by the script itself, to be held against what Trooper counted. */
import { emptyDay, emptyTargetDay, type DayView } from '../../src/observe/days/day.ts'
import type { FailureKind } from '../../src/ir/failure.ts'
import type { TestedDialect } from '../e2e/trooper.ts'
import { keyOf, type Scraped } from '../fakes/prometheus-text.ts'

/** One call of a target. */
export interface Did {
  target: 'claude' | 'local'
  was: 'answered' | 'failed' | 'broken' | 'skipped' | 'lost' | 'gone'
  reason?: FailureKind
  /** Seconds. */
  took?: number
  spokeAfter?: number
  waited?: number
  /** Of a stream, in seconds. */
  wrote?: number
  input?: number
  output?: number
  isSeam?: true
  omitted?: { messages: number; tokens: number }
  /** Millionths of a US dollar. */
  cost?: number
  isUnknown?: true
}

export interface Happened {
  dialect: TestedDialect
  came: 'answered' | 'fallback' | 'failed' | 'gone'
  /** Of a fallback, or of what the client was told. */
  reason?: FailureKind
  took: number
  spokeAfter?: number
  calls: Did[]
  /** Millionths of a US dollar; `unknown`: nobody knows. */
  notSpent?: number | 'unknown'
}

export class Books {
  readonly counters = new Map<string, number>()
  readonly values = new Map<string, number[]>()
  readonly day: DayView

  constructor(day: string) {
    this.day = emptyDay(day)
  }

  add(name: string, labels: Record<string, string>, by = 1): void {
    if (by === 0) return
    const key = keyOf(name, labels)
    this.counters.set(key, (this.counters.get(key) ?? 0) + by)
  }

  observe(name: string, labels: Record<string, string>, value: number | undefined): void {
    const key = keyOf(name, labels)
    if (value !== undefined) this.values.set(key, [...(this.values.get(key) ?? []), value])
  }

  happened({ dialect, came, reason, took, spokeAfter, calls, notSpent }: Happened): void {
    this.add('trooper_exchanges_total', { dialect, about: 'conversation', outcome: came })
    this.observe('trooper_exchange_duration_seconds', { dialect, outcome: came }, took)
    this.observe('trooper_exchange_first_content_seconds', { dialect, outcome: came }, spokeAfter)
    this.day.exchanges += 1
    const answered = calls.findLast(({ was }) => was === 'answered')?.target
    if (came === 'failed') {
      this.add('trooper_exchange_failures_total', { dialect, reason: reason ?? '' })
      this.day.failed += 1
    }
    if (came === 'fallback' && reason) {
      this.add('trooper_fallbacks_total', { dialect, target: answered ?? '', reason })
      this.day.fallbacks += 1
      this.day.byReason[reason] = (this.day.byReason[reason] ?? 0) + 1
    }
    for (const call of calls) this.called(dialect, call)
    if (answered) this.targetDay(answered).answered += 1
    if (typeof notSpent === 'number') {
      this.add('trooper_not_spent_usd_total', {}, notSpent / 1e6)
      this.day.notSpent.usd += notSpent / 1e6
    }
    if (notSpent === 'unknown') {
      this.add('trooper_not_spent_unknown_total', {})
      this.day.notSpent.unknown += 1
    }
  }

  called(dialect: TestedDialect, call: Did): void {
    const { target, was, reason = '', input = 0, output = 0, cost = 0 } = call
    this.add('trooper_attempts_total', { target, dialect, outcome: was })
    if (was === 'skipped') return this.add('trooper_skips_total', { target, dialect, reason })
    const day = this.targetDay(target)
    if (was === 'failed' || was === 'broken') {
      this.add('trooper_attempt_failures_total', { target, dialect, reason })
      day.failed += 1
    }
    this.observe('trooper_attempt_duration_seconds', { target, dialect }, was === 'answered' ? call.took : undefined)
    this.observe('trooper_attempt_first_content_seconds', { target, dialect }, call.spokeAfter)
    this.observe('trooper_queue_wait_seconds', { target }, call.waited)
    this.observe('trooper_output_tokens_per_second', { target }, call.wrote && output / call.wrote)
    this.add('trooper_tokens_total', { target, direction: 'input' }, input)
    this.add('trooper_tokens_total', { target, direction: 'output' }, output)
    day.inputTokens += input
    day.outputTokens += output
    this.add('trooper_cost_usd_total', { target }, cost / 1e6)
    day.cost.usd += cost / 1e6
    if (call.isUnknown) {
      this.add('trooper_cost_unknown_total', { target })
      day.cost.unknown += 1
    }
    if (call.isSeam) {
      this.add('trooper_seams_total', { target })
      this.day.seams += 1
    }
    if (call.omitted) {
      this.add('trooper_omitted_messages_total', { target }, call.omitted.messages)
      this.add('trooper_omitted_tokens_total', { target }, call.omitted.tokens)
    }
  }

  targetDay(target: 'claude' | 'local') {
    return (this.day.byTarget[target] ??= emptyTargetDay(target === 'local' ? 'local' : 'cloud'))
  }
}

/** Of Trooper's own; those that nothing was added to are left out. */
export function countersIn({ samples, types }: Scraped): Map<string, number> {
  const counters = samples.filter(
    ({ name, value }) => name.startsWith('trooper_') && types.get(name) === 'counter' && value !== 0,
  )
  return rounded(counters.map(({ name, labels, value }) => [keyOf(name, labels), value]))
}

/** Sums of fractions differ in their last digits by the order in which they were added. */
export function rounded(numbers: Iterable<[string, number]>): Map<string, number> {
  return new Map([...numbers].map(([key, value]) => [key, Number(value.toPrecision(9))]))
}

/** How many values were not above each bound, and their sum. */
type Told = Record<string, number>

/** Of Trooper's own; those that saw nothing are left out. */
export function histogramsIn({ samples, types }: Scraped): Map<string, Told> {
  const histograms = new Map<string, Told>()
  for (const { name, family, labels, value } of samples) {
    if (types.get(family) !== 'histogram' || !family.startsWith('trooper_')) continue
    const { le, ...own } = labels
    const key = keyOf(family, own)
    const part = le ?? name.slice(family.length + 1)
    histograms.set(key, { ...histograms.get(key), [part]: Number(value.toPrecision(9)) })
  }
  return new Map([...histograms].filter(([, { count }]) => count !== 0))
}

/** The same of values that were written down, at the bounds of what was told. */
export function histogramsOf(
  values: ReadonlyMap<string, number[]>,
  told: ReadonlyMap<string, Told>,
): Map<string, Told> {
  return new Map(
    [...values].map(([key, all]) => {
      const bounds = Object.keys(told.get(key) ?? {}).filter((part) => part !== 'sum' && part !== 'count')
      const buckets = bounds.map((bound) => [bound, all.filter((value) => value <= limit(bound)).length])
      const sum = Number(all.reduce((total, value) => total + value, 0).toPrecision(9))
      return [key, { ...Object.fromEntries(buckets), sum, count: all.length }]
    }),
  )
}

function limit(bound: string): number {
  return bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound)
}

export function gaugesIn({ samples, types }: Scraped): Record<string, number> {
  const gauges = samples.filter(({ name }) => types.get(name) === 'gauge')
  return Object.fromEntries(gauges.map(({ name, labels, value }) => [keyOf(name, labels), value]))
}

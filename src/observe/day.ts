/** What the conversations of one day came to: as a person is told it, and as it is kept. */
import { catalogue, type FailureKind } from '../ir/failure.ts'
import { arrayOf, isObject, numberOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'

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

function addMoney(sum: MoneyView, { usd, unknown }: MoneyView): void {
  sum.usd += usd
  sum.unknown += unknown
}

/** One line a day, so that a person can read the file. */
export function writeDays(days: readonly DayView[]): string {
  return `{"version":${version},"days":[\n${days.map((day) => JSON.stringify(day)).join(',\n')}\n]}\n`
}

const version = 1

/** `undefined` for a text that is nothing of the kind, as a whole or in any part. */
export function readDays(text: string): DayView[] | undefined {
  const file = parseJson(text)
  if (!isObject(file) || file['version'] !== version || !Array.isArray(file['days'])) return undefined
  return allOf(arrayOf(file['days']).map(readDay))
}

function readDay(value: JsonValue): DayView | undefined {
  if (!isObject(value)) return undefined
  const day = stringOf(value['day'])
  const counts = readCounts(value, ['exchanges', 'fallbacks', 'failed', 'seams'])
  const notSpent = readMoney(value['notSpent'])
  const { byReason: reasons, byTarget: targets } = value
  if (day === undefined || !/^\d{4}-\d\d-\d\d$/.test(day) || !counts || !notSpent) return undefined
  if (!isObject(reasons) || !isObject(targets)) return undefined
  const byReason: DayView['byReason'] = {}
  for (const reason of failureKinds) {
    const times = numberOf(reasons[reason])
    if (times !== undefined) byReason[reason] = times
  }
  const names = Object.keys(targets)
  const known = allOf(Object.values(targets).map(readTargetDay))
  if (!known) return undefined
  const byTarget = Object.fromEntries(known.map((target, at) => [names[at] ?? '', target]))
  return { day, ...counts, byReason, byTarget, notSpent }
}

function readTargetDay(value: JsonValue): TargetDayView | undefined {
  if (!isObject(value)) return undefined
  const { kind } = value
  const counts = readCounts(value, ['answered', 'failed', 'inputTokens', 'outputTokens'])
  const cost = readMoney(value['cost'])
  if ((kind !== 'cloud' && kind !== 'local') || !counts || !cost) return undefined
  return { kind, ...counts, cost }
}

function readMoney(value: JsonValue | undefined): MoneyView | undefined {
  return isObject(value) ? readCounts(value, ['usd', 'unknown']) : undefined
}

function readCounts<K extends string>(from: JsonObject, names: readonly K[]): Record<K, number> | undefined {
  const counts: Partial<Record<K, number>> = {}
  for (const name of names) counts[name] = numberOf(from[name])
  return isWhole(counts, names) ? counts : undefined
}

function isWhole<K extends string>(
  counts: Partial<Record<K, number>>,
  names: readonly K[],
): counts is Record<K, number> {
  return names.every((name) => (counts[name] ?? -1) >= 0)
}

/** `undefined` where one is. */
function allOf<T>(values: readonly (T | undefined)[]): T[] | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === values.length ? known : undefined
}

const failureKinds = Object.keys(catalogue).filter((kind): kind is FailureKind => kind in catalogue)

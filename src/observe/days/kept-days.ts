/** Totals by day as text: JSON with a line for each day. */
import { isObject, numberOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Form } from '../../state/shared-file.ts'
import { failureKinds, type DayView, type MoneyView, type TargetDayView } from './day.ts'

const version = 1
const head = `{"version":${version},"days":[\n`
const tail = '\n]}\n'
const between = ',\n'

/**
 * Days that are over stay as they are: each is parsed and written out once, and its line kept, as a year of them takes ~10 ms.
 * `read` gives `undefined` for a text that is nothing of the kind, as a whole or in any part.
 */
export function createDaysForm(): Form<readonly DayView[]> {
  /** Of the text that was read last. */
  let days: ReadonlyMap<string, DayView> = new Map()
  const lines = new WeakMap<DayView, string>()

  const readLine = (line: string): DayView | undefined => {
    const day = days.get(line) ?? readDay(parseJson(line))
    if (day) lines.set(day, line)
    return day
  }

  return {
    nothing: [],
    read: (text) => {
      if (!text.startsWith(head) || !text.endsWith(tail)) return undefined
      const body = text.slice(head.length, -tail.length)
      const all = body === '' ? [] : body.split(between)
      const known = allOf(all.map(readLine))
      if (known) days = new Map(known.map((day, at) => [all[at] ?? '', day]))
      return known
    },
    write: (content) => head + content.map((day) => lines.get(day) ?? JSON.stringify(day)).join(between) + tail,
  }
}

function readDay(value: JsonValue | undefined): DayView | undefined {
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

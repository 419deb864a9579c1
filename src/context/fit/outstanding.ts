/**
 * Which sentences and lines of some texts are worth most of the room that there is: those with words that are rare in them, and with
 * names, numbers, paths, errors and decisions. Deterministic; ~25 ns a character, paid once for a cut.
 */
import { allAtOnce, endsStep, type Steps } from '../../ir/steps.ts'
import type { Count } from '../count/count.ts'
import { buckets, longestUnit, takeApart, type Source, type Units } from './units.ts'

export interface WeightedSource extends Source {
  /** 1: as any other. */
  weight: number
  /** Of its first unit. */
  firstWeight: number
}

export interface Picked {
  /** Index of its source. */
  source: number
  text: string
}

const decides =
  /\b(decid\w+|decision|agree\w*|chose\w*|choose|instead|must|never|always|only|prefer\w*|remember|important|because|require\w*|deadline|called|named|todo|cause[ds]?|wants?)\b/i
const fails =
  /\b(error|exception|fail(ed|ure|s)?|fatal|panic|denied|refused|undefined|cannot|can't|timed? ?out|warning)\b/i

/** As many lines as fit, in their order. */
export function outstandingLines(text: string, tokens: number, count: Count): string[] {
  const source = { text, isProse: false, weight: 1, firstWeight: 1 }
  return allAtOnce(pickOutstanding([source], tokens, count)).map((one) => one.text)
}

/** What is worth most for its length first, until the room is full; what is said twice counts once. Told in their order. */
export function* pickOutstanding(sources: readonly WeightedSource[], tokens: number, count: Count): Steps<Picked[]> {
  const units = yield* takeApart(sources)
  const worth = yield* weighUnits(units, sources)
  yield
  const best = firstOfEach(units, bestFirst(worth, mostLooked(tokens)))
  const told = best.map((at) => ({ at, text: textOf(units, sources, at) }))
  const ranked = told
    .map((one) => ({ ...one, worth: (worth[one.at] ?? 0) * meaningOf(one.text) }))
    .sort((a, b) => b.worth - a.worth || a.at - b.at)
  return fill(ranked, tokens, count)
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => ({ source: units.source[at] ?? 0, text }))
}

/** A unit has a dozen tokens or two: several times more than can be told. */
function mostLooked(tokens: number): number {
  return Math.ceil(40 + tokens / 3)
}

/** Twice as many as are looked at. Numbers alone are sorted ten times as fast as places by their numbers. */
function bestFirst(worth: Float64Array, most: number): number[] {
  const least = worth.toSorted()[Math.max(0, worth.length - most * 2)] ?? 0
  const order: number[] = []
  for (let at = 0; at < worth.length; at += 1) if ((worth[at] ?? 0) >= least) order.push(at)
  return order.sort((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0) || a - b).slice(0, most * 2)
}

function firstOfEach({ hash }: Units, order: readonly number[]): number[] {
  const first = new Map<number | undefined, number>()
  for (const at of order) {
    const known = first.get(hash[at])
    if (known === undefined || at < known) first.set(hash[at], at)
  }
  return [...first.values()]
}

function textOf({ source, start, end }: Units, sources: readonly Source[], at: number): string {
  const { text } = sources[source[at] ?? 0] ?? { text: '' }
  const from = start[at] ?? 0
  const to = end[at] ?? 0
  return to - from > longestUnit ? `${text.slice(from, from + longestUnit)}…` : text.slice(from, to)
}

function meaningOf(text: string): number {
  return (decides.test(text) ? 1.4 : 1) * (fails.test(text) ? 1.4 : 1)
}

function fill<T extends { text: string }>(ranked: readonly T[], tokens: number, count: Count): T[] {
  const picked: T[] = []
  let left = tokens
  for (const one of ranked) {
    if (left < 4) break
    const cost = count.text(one.text) + 2
    if (cost > left) continue
    left -= cost
    picked.push(one)
  }
  return picked
}

/** By the words that are its own, for each of its words: a long line has to say more. */
function* weighUnits({ source, firstWord, words }: Units, sources: readonly WeightedSource[]): Steps<Float64Array> {
  const frequency = new Uint32Array(buckets)
  for (const word of words) count1(frequency, word)
  yield
  const worth = new Float64Array(source.length)
  for (let at = 0; at < source.length; at += 1) {
    if (endsStep(at)) yield
    const from = firstWord[at] ?? 0
    const to = firstWord[at + 1] ?? from
    let sum = 0
    for (let index = from; index < to; index += 1) sum += rarityOf(words[index] ?? 0, frequency, words.length)
    const { weight = 1, firstWeight = 1 } = sources[source[at] ?? 0] ?? {}
    const isFirst = source[at] !== source[at - 1]
    worth[at] = (weight * (isFirst ? firstWeight : 1) * sum) / (to - from + 6)
  }
  return worth
}

function count1(frequency: Uint32Array, word: number): void {
  const bucket = word < 0 ? -1 - word : word
  frequency[bucket] = (frequency[bucket] ?? 0) + 1
}

/** A name or a number is worth two words. */
function rarityOf(word: number, frequency: Uint32Array, total: number): number {
  const seen = frequency[word < 0 ? -1 - word : word] ?? 1
  return Math.log((total + 1) / seen) * (word < 0 ? 2 : 1)
}

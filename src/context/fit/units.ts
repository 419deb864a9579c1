/** Texts taken apart into sentences or lines, and these into words: positions and numbers only, as no more than a few are ever told. */

import { endsStep, type Steps } from '../../ir/steps.ts'

/** Texts that are told of together. */
export interface Source {
  text: string
  /** Sentences, or lines as programs print them. */
  isProse: boolean
}

export interface Units {
  /** One entry a unit. */
  source: number[]
  start: number[]
  end: number[]
  /** Where its words begin in `words`; they end where the next unit's begin. */
  firstWord: number[]
  /** The same for units of the same words. */
  hash: number[]
  /** A bucket of {@link buckets} each, negative minus one for a word that names something: a number, a path, an identifier, a name. */
  words: number[]
}

export const buckets = 65_536
/** A longer unit is judged, and told, by its beginning. */
export const longestUnit = 400

/** 0 between words, 1 letter, 2 capital, 3 digit or underscore, 4 joins two parts of a word. */
const roles = rolesOfCharacters()

function rolesOfCharacters(): Uint8Array {
  const table = new Uint8Array(65_536).fill(1)
  const gaps: [number, number][] = [
    [0, 47],
    [58, 64],
    [91, 94],
    [96, 96],
    [123, 191],
    [0x2000, 0x206f],
    [0x3000, 0x303f],
    [0xff00, 0xff0f],
  ]
  for (const [first, last] of gaps) table.fill(0, first, last + 1)
  table.fill(2, 65, 91)
  table.fill(3, 48, 58)
  table[95] = 3
  for (const joint of './:@#-') table[joint.charCodeAt(0)] = 4
  return table
}

/** ~10 ns a character. */
export function* takeApart(sources: readonly Source[]): Steps<Units> {
  const units: Units = { source: [], start: [], end: [], firstWord: [], hash: [], words: [] }
  for (const [at, { text, isProse }] of sources.entries()) {
    if (endsStep(at)) yield
    let start = 0
    while (start < text.length) {
      const end = endOfUnit(text, start, isProse)
      addUnit(units, at, text, start, end)
      start = end
    }
  }
  units.firstWord.push(units.words.length)
  return units
}

/** Behind its last character. */
function endOfUnit(text: string, start: number, isProse: boolean): number {
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 10) return at + 1
    if (!isProse) continue
    if (code === 0x3002 || code === 0xff01 || code === 0xff1f) return at + 1
    const isEnd = code === 46 || code === 33 || code === 63 || code === 0x2026
    if (isEnd && text.charCodeAt(at + 1) <= 32) return at + 1
  }
  return text.length
}

function addUnit(units: Units, source: number, text: string, from: number, to: number): void {
  let start = from
  while (start < to && text.charCodeAt(start) <= 32) start += 1
  let end = to
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1
  if (end - start < 2) return
  units.source.push(source)
  units.start.push(start)
  units.end.push(end)
  units.firstWord.push(units.words.length)
  units.hash.push(addWords(units.words, text, start, Math.min(end, start + longestUnit)))
}

/** Returns a hash of them all. */
function addWords(words: number[], text: string, start: number, end: number): number {
  let all = 0
  let at = start
  while (at < end) {
    let role = roles[text.charCodeAt(at)] ?? 0
    if (role === 0 || role === 4) {
      at += 1
      continue
    }
    let hash = 0x811c9dc5
    let exact = hash
    let before = role
    const first = at
    // A sentence begins with a capital whatever its first word is.
    let isName = role === 2 && at > start
    while (at < end && role !== 0) {
      const next = roles[text.charCodeAt(at + 1)] ?? 0
      if (role === 4 && (next === 0 || next === 4)) break
      if (role >= 3 || (role === 2 && before === 1)) isName = true
      const code = text.charCodeAt(at)
      exact = Math.imul(exact ^ code, 0x01000193)
      // All numbers are one: lines that differ in nothing else are no news.
      if (role !== 3 || code === 95) hash = Math.imul(hash ^ code, 0x01000193)
      else if (before !== 3 || at === first) hash = Math.imul(hash ^ 48, 0x01000193)
      before = role
      at += 1
      role = at < end ? next : 0
    }
    const bucket = (hash ^ (hash >>> 16)) & (buckets - 1)
    words.push(isName ? -1 - bucket : bucket)
    all = (Math.imul(all, 31) + exact) | 0
  }
  return all
}

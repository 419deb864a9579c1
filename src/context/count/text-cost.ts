/** What the characters of a text cost, each behind the one before it (vocabularies.ts). */
import { kindOf, leavesOwnState } from './characters.ts'

/** For each state and each kind of character behind it: what that costs, and below that where the row of the next state begins. */
export type CostTable = Int32Array

/** `cost`: at most 18 bits. */
export function stepOf(cost: number, state: number): number {
  return (cost << 13) | (state << 7)
}

/** 2 ns a character of a long text, 3 of a short one. */
export function costOfText(text: string, steps: CostTable): number {
  return text.length < leastLong ? costOfShort(text, kindOf, steps) : costOfLong(text, kindOf, steps)
}

/** It has to be worth its copy. */
const leastLong = 128

/** What is looked up outside of a function may change while it runs: the tables are arguments, and the bits are numbers (a third of the time). */
function costOfShort(text: string, kindsOf: Uint8Array, steps: CostTable): number {
  let cost = 0
  let row = 0
  for (let at = 0; at < text.length; at += 1) {
    const step = steps[row | (kindsOf[text.charCodeAt(at)] ?? 0)] ?? 0
    cost += step >> 13
    row = step & 0x1f80
  }
  return cost
}

const longestPiece = 8192
const copy = Buffer.alloc(longestPiece * 2)
/** A text is copied to where its characters are had without asking each time how it is kept. */
const units = new Uint16Array(copy.buffer, copy.byteOffset, longestPiece)

function costOfLong(text: string, kindsOf: Uint8Array, steps: CostTable): number {
  let cost = 0
  let row = 0
  for (let from = 0; from < text.length; from += longestPiece) {
    const length = copy.write(text.slice(from, from + longestPiece), 'utf16le') / 2
    const half = halfOf(units, length, kindsOf, leavesOwnState)
    // Both halves side by side: no step can begin before the last one of its half has ended, but two of different halves can.
    let other = half === 0 ? row : (steps[kindsOf[units[half - 1] ?? 0] ?? 0] ?? 0) & 0x1f80
    for (let at = 0; at < half; at += 1) {
      const one = steps[row | (kindsOf[units[at] ?? 0] ?? 0)] ?? 0
      const two = steps[other | (kindsOf[units[half + at] ?? 0] ?? 0)] ?? 0
      cost += (one >> 13) + (two >> 13)
      row = one & 0x1f80
      other = two & 0x1f80
    }
    for (let at = half * 2; at < length; at += 1) {
      const step = steps[other | (kindsOf[units[at] ?? 0] ?? 0)] ?? 0
      cost += step >> 13
      other = step & 0x1f80
    }
    row = other
  }
  return cost
}

/** Where the second half begins: behind a character after which the state is known. */
function halfOf(text: Uint16Array, length: number, kindsOf: Uint8Array, isKnownBehind: Uint8Array): number {
  let half = length >> 1
  while (half > 0 && isKnownBehind[kindsOf[text[half - 1] ?? 0] ?? 0] === 0) half -= 1
  return half
}

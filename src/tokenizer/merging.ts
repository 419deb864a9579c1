/** What is left of a row of tokens when every pair that can be is merged, the lowest rank first, of equals the leftmost. */
import { createLowest } from './lowest.ts'
import { rankOf, tokenOf, type PairOf } from './pairs.ts'

export interface Merging {
  /** The tokens that stay, of the first `length` of `row`; -1 stands for one that merges with none. n log n. */
  count(row: Int32Array, length: number): number
}

/** A rank and a place in one number: 2^27 ranks, 2^26 places. */
const places = 2 ** 26

/** Its tables are used again from call to call. */
export function createMerging(pairOf: PairOf): Merging {
  const due = createLowest()
  let tokens = new Int32Array(0)
  /** The places before and behind each, of those that are left; -1: none. */
  let before = new Int32Array(0)
  let behind = new Int32Array(0)
  /** The pair that begins at each place, as it is now; -1: none that merges. */
  let pairAt = new Float64Array(0)

  const begin = (row: Int32Array, length: number): void => {
    if (tokens.length < length) {
      tokens = new Int32Array(length * 2)
      before = new Int32Array(length * 2)
      behind = new Int32Array(length * 2)
      pairAt = new Float64Array(length * 2)
    }
    tokens.set(row.subarray(0, length))
    for (let place = 0; place < length; place += 1) {
      before[place] = place - 1
      behind[place] = place + 1 < length ? place + 1 : -1
    }
    // A merge takes one pair out and brings in two at most.
    due.clear(length * 3)
    for (let place = 0; place < length; place += 1) look(place)
  }

  const look = (place: number): void => {
    const next = behind[place] ?? -1
    const left = tokens[place] ?? -1
    const right = next === -1 ? -1 : (tokens[next] ?? -1)
    const pair = left === -1 || right === -1 ? -1 : pairOf(left, right)
    pairAt[place] = pair
    if (pair !== -1) due.push(rankOf(pair) * places + place)
  }

  const merge = (place: number, pair: number): void => {
    const next = behind[place] ?? -1
    const beyond = behind[next] ?? -1
    tokens[place] = tokenOf(pair)
    pairAt[next] = -1
    behind[place] = beyond
    if (beyond !== -1) before[beyond] = place
    look(place)
    const ahead = before[place] ?? -1
    if (ahead !== -1) look(ahead)
  }

  return {
    count: (row, length) => {
      begin(row, length)
      let left = length
      while (due.size > 0) {
        const key = due.pop()
        const place = key % places
        const pair = pairAt[place] ?? -1
        // One of the two may have merged with another since.
        if (pair === -1 || rankOf(pair) * places + place !== key) continue
        merge(place, pair)
        left -= 1
      }
      return left
    },
  }
}

/** Which two tokens become which third one, and which of them first: half a million pairs in 16 MB, found in 20 ns. */

export interface Pairs {
  /** The place of a pair in the two tables below; -1: these two stay apart. */
  find(left: number, right: number): number
  /** The lower, the earlier. */
  readonly ranks: Int32Array
  /** What a pair becomes. */
  readonly merged: Int32Array
}

interface PairsBuilder extends Pairs {
  /** The first rank of a pair is the one that counts. */
  add(left: number, right: number, rank: number, merged: number): void
}

/** Room for so many pairs. */
function createPairs(most: number): PairsBuilder {
  const size = 2 ** Math.ceil(Math.log2(most * 2 + 2))
  const mask = size - 1
  const lefts = new Int32Array(size).fill(-1)
  const rights = new Int32Array(size)
  const ranks = new Int32Array(size)
  const merged = new Int32Array(size)
  /** Where the pair is, or would be. */
  const slotOf = (left: number, right: number): number => {
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
    hash ^= hash >>> 15
    let slot = hash & mask
    while (lefts[slot] !== -1 && (lefts[slot] !== left || rights[slot] !== right)) slot = (slot + 1) & mask
    return slot
  }
  return {
    ranks,
    merged,
    find: (left, right) => {
      const slot = slotOf(left, right)
      return lefts[slot] === -1 ? -1 : slot
    },
    add: (left, right, rank, into) => {
      const slot = slotOf(left, right)
      if (lefts[slot] !== -1) return
      lefts[slot] = left
      rights[slot] = right
      ranks[slot] = rank
      merged[slot] = into
    },
  }
}

/** Of byte pairs: each is `left right`, the first the most urgent. */
export function pairsOfMerges(numbers: ReadonlyMap<string, number>, merges: readonly string[]): Pairs {
  const pairs = createPairs(merges.length)
  for (const [rank, merge] of merges.entries()) {
    const gap = merge.indexOf(' ', 1)
    const [left, right] = [merge.slice(0, gap), merge.slice(gap + 1)]
    const [first, second, both] = [numbers.get(left), numbers.get(right), numbers.get(left + right)]
    if (first !== undefined && second !== undefined && both !== undefined) pairs.add(first, second, rank, both)
  }
  return pairs
}

/** Of SentencePiece: whatever makes a token together is a pair, and the token with the highest score is made first. */
export function pairsOfScores(numbers: ReadonlyMap<string, number>, scores: readonly number[]): Pairs {
  const found: number[] = []
  for (const [token, number] of numbers) {
    for (let at = 1; at < token.length; at += 1) {
      const left = numbers.get(token.slice(0, at))
      const right = left === undefined ? undefined : numbers.get(token.slice(at))
      if (left !== undefined && right !== undefined) found.push(left, right, number)
    }
  }
  const order = [...new Set(scores)].sort((a, b) => b - a)
  const rankOf = new Map(order.map((score, rank) => [score, rank]))
  const pairs = createPairs(found.length / 3)
  for (let at = 0; at < found.length; at += 3) {
    const [left = 0, right = 0, number = 0] = [found[at], found[at + 1], found[at + 2]]
    pairs.add(left, right, rankOf.get(scores[number] ?? 0) ?? 0, number)
  }
  return pairs
}

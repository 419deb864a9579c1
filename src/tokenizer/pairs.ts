/** Which two tokens become which third one, and which of them first. */
import type { Words } from './words.ts'

/** A rank and a token in one number, or -1: these two stay apart. */
export type PairOf = (left: number, right: number) => number

/** Four times as many as any vocabulary of today has. */
export const mostTokens = 2 ** 20

/** Of the ranks, the lower comes earlier. */
function packed(rank: number, token: number): number {
  return rank * mostTokens + token
}

export function rankOf(pair: number): number {
  return Math.floor(pair / mostTokens)
}

export function tokenOf(pair: number): number {
  return pair % mostTokens
}

/** Of byte pairs: each is `left right`, the first the most urgent. */
export function pairsOfMerges(words: Words, merges: readonly string[]): PairOf {
  const ranks = new Map<string, number>()
  for (const [rank, merge] of merges.entries()) if (!ranks.has(merge)) ranks.set(merge, rank)
  return remembered(words, (left, right) => {
    const rank = ranks.get(`${left} ${right}`)
    const token = rank === undefined ? undefined : words.numbers.get(left + right)
    return rank === undefined || token === undefined ? -1 : packed(rank, token)
  })
}

/** Of SentencePiece: whatever makes a token together is a pair, and the token with the highest score is made first. */
export function pairsOfScores(words: Words, scores: readonly number[]): PairOf {
  const sorted = Float64Array.from(scores).sort()
  return remembered(words, (left, right) => {
    const token = words.numbers.get(left + right)
    return token === undefined ? -1 : packed(countAbove(sorted, scores[token] ?? 0), token)
  })
}

/** How many of them are higher. */
function countAbove(sorted: Float64Array, score: number): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sorted[middle] ?? 0) > score) to = middle
    else from = middle + 1
  }
  return sorted.length - from
}

/**
 * Nearly all pairs of a text are found in a table, in 10 ns, the others among half a million texts in 500. Nothing is made of a vocabulary
 * before it is needed: that took seconds. A pair may take the place of another one in the table, so that it never grows.
 */
function remembered({ texts }: Words, find: (left: string, right: string) => number): PairOf {
  const size = 2 ** 18
  const lefts = new Int32Array(size).fill(-1)
  const rights = new Int32Array(size)
  const pairs = new Float64Array(size)
  return (left, right) => {
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
    const slot = (hash ^ (hash >>> 15)) & (size - 1)
    if (lefts[slot] !== left || rights[slot] !== right) {
      lefts[slot] = left
      rights[slot] = right
      pairs[slot] = find(texts[left] ?? '', texts[right] ?? '')
    }
    return pairs[slot] ?? -1
  }
}

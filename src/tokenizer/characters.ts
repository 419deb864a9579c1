/**
 * Vocabularies of characters (`tokenizer.ggml.model` is `llama`, SentencePiece, or `gemma4`): a space is `▁`, the characters of a text are
 * merged, and one that no token has is spelt in bytes.
 */
import { remembering } from './known-pieces.ts'
import { createMerging } from './merging.ts'
import type { PairOf } from './pairs.ts'

const blank = '▁'

interface Rules {
  /** A text begins with a space that it does not have. */
  addsSpace: boolean
  /** Nothing merges across a line break, and a run of them may be a token. */
  cutsLines: boolean
}

/** Counts the tokens of a text without marks. */
export function countByCharacters(
  numbers: ReadonlyMap<string, number>,
  pairOf: PairOf,
  { addsSpace, cutsLines }: Rules,
): (text: string) => number {
  const merging = createMerging(pairOf)
  const joints = jointsOf(numbers)
  let row = new Int32Array(0)

  const countWord = remembering((word) => {
    if (row.length < word.length) row = new Int32Array(word.length)
    let length = 0
    let spelt = 0
    for (const character of word) {
      const number = numbers.get(character)
      if (number === undefined) spelt += bytesOf(character) - 1
      row[length] = number ?? -1
      length += 1
    }
    return merging.count(row, length) + spelt
  })

  const countWords = (text: string): number => {
    let tokens = 0
    let from = 0
    for (let at = text.indexOf(blank, 1); at !== -1; at = text.indexOf(blank, at + 1)) {
      if (joints.has(text.charCodeAt(at - 1))) continue
      tokens += countWord(text.slice(from, at))
      from = at
    }
    return tokens + countWord(text.slice(from))
  }

  return (text) => {
    const written = (addsSpace ? ` ${text}` : text).replaceAll(' ', blank)
    if (!cutsLines) return countWords(written)
    const pieces = written.match(/[^\n]+|\n+/g) ?? []
    return pieces.reduce((sum, piece) => sum + (isLines(piece) && numbers.has(piece) ? 1 : countWords(piece)), 0)
  }
}

/** What stands before a space within any token: nothing merges across any other space, so that words can be counted one by one. */
function jointsOf(numbers: ReadonlyMap<string, number>): ReadonlySet<number> {
  const joints = new Set<number>()
  for (const token of numbers.keys()) {
    for (let at = token.indexOf(blank, 1); at !== -1; at = token.indexOf(blank, at + 1))
      joints.add(token.charCodeAt(at - 1))
  }
  return joints
}

function isLines(piece: string): boolean {
  return piece.startsWith('\n')
}

function bytesOf(character: string): number {
  const point = character.codePointAt(0) ?? 0
  if (point < 0x80) return 1
  if (point < 0x800) return 2
  return point < 0x10000 ? 3 : 4
}

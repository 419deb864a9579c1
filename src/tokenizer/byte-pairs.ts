/** Byte-pair vocabularies (`tokenizer.ggml.model` is `gpt2`): a text is cut into pieces, and the bytes of each are merged. */
import { remembering } from './known-pieces.ts'
import { createMerging } from './merging.ts'
import type { PairOf } from './pairs.ts'
import { eachPiece, type Split } from './splits.ts'

/** Counts the tokens of a text without marks. */
export function countByBytes(
  numbers: ReadonlyMap<string, number>,
  pairOf: PairOf,
  { cuts, takesWholeWords }: Split,
): (text: string) => number {
  const merging = createMerging(pairOf)
  const letters = lettersOfBytes()
  const tokenOfByte = letters.map((letter) => numbers.get(letter) ?? -1)
  const encoder = new TextEncoder()
  let bytes = new Uint8Array(0)
  let row = new Int32Array(0)

  const countPiece = remembering((piece) => {
    if (bytes.length < piece.length * 3) {
      bytes = new Uint8Array(piece.length * 3)
      row = new Int32Array(piece.length * 3)
    }
    const { written } = encoder.encodeInto(piece, bytes)
    if (takesWholeWords && numbers.has(spell(bytes.subarray(0, written), letters))) return 1
    for (let at = 0; at < written; at += 1) row[at] = tokenOfByte[bytes[at] ?? 0] ?? -1
    return merging.count(row, written)
  })

  return (text) => {
    let tokens = 0
    eachPiece(text, cuts, (piece) => {
      tokens += countPiece(piece)
    })
    return tokens
  }
}

/** The letter that stands for each byte: printable ones for themselves, the others from U+0100 on, as GPT-2 has them. */
function lettersOfBytes(): string[] {
  let next = 0x100
  const isPrintable = (byte: number): boolean => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}

function spell(bytes: Uint8Array, letters: readonly string[]): string {
  let word = ''
  for (const byte of bytes) word += letters[byte] ?? ''
  return word
}

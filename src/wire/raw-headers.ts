/** The headers of an answer as its target wrote them, out of the pieces of memory that undici gives. */
import type { HeaderList } from './headers.ts'

/** Longer ones are not likely to come again, and not worth the look. */
const longestKept = 64

/**
 * A reader of heads; each gets a piece for each name and each value, in the order, the spelling and with the repeats of the target. What
 * stood at the same place of the head before is not made into a text anew: of the same provider nearly all but an id and a count is, and
 * to compare 20 bytes (~20 ns) takes a quarter of what a new text does.
 */
export function createHeaderReader(): (raw: readonly Buffer[]) => HeaderList {
  let before: HeaderList = []
  return (raw) => {
    const texts: HeaderList = []
    for (let at = 0; at < raw.length; at += 1) {
      const piece = raw[at] ?? nothing
      const known = before[at]
      texts.push(known !== undefined && says(piece, known) ? known : piece.toString('latin1'))
    }
    before = texts
    return texts
  }
}

const nothing = Buffer.alloc(0)

function says(piece: Buffer, text: string): boolean {
  if (piece.length !== text.length || piece.length > longestKept) return false
  for (let at = 0; at < piece.length; at += 1) if (piece[at] !== text.charCodeAt(at)) return false
  return true
}

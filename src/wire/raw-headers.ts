/** The headers of an answer as its target wrote them, out of the two readings that undici gives of them. */
import type { HeaderMap } from '../dialects/dialect.ts'
import type { HeaderList } from './headers.ts'

/**
 * `raw`: a piece of memory for each name and each value, in the order, the spelling and with the repeats of the target; `read`: undici's
 * texts of them, in the same order, but each name once and in lower case. Its texts are taken wherever they say the same: to make each
 * anew takes ten times as long. A name that begins in lower case is taken to be so throughout, as it is with every known provider.
 */
export function headerTexts(raw: readonly (Buffer | string)[], read: HeaderMap): HeaderList {
  const texts: HeaderList = []
  const names = Object.keys(read)
  const isInOrder = 2 * names.length === raw.length && !isNumber(names[0] ?? '')
  let at = 0
  for (const name of names) {
    const value = read[name]
    for (let isFound = false; !isFound && at + 1 < raw.length; at += 2) {
      const piece = raw[at] ?? ''
      const isRead = isInOrder ? beginsAs(piece, name) : isWritten(piece, name)
      const text = isRead ? name : textOf(piece)
      isFound = isRead || text.toLowerCase() === name
      // Of a repeated name all values stand with its first.
      texts.push(text, isFound && typeof value === 'string' ? value : textOf(raw[at + 1] ?? ''))
    }
  }
  for (; at + 1 < raw.length; at += 2) texts.push(textOf(raw[at] ?? ''), textOf(raw[at + 1] ?? ''))
  return texts
}

/** An object has those first that are numbers, wherever they were written. */
function isNumber(name: string): boolean {
  const first = name.charCodeAt(0)
  return first >= 0x30 && first <= 0x39
}

/** Of a name that stands where this one is expected, this is enough to know how it was written. */
function beginsAs(piece: Buffer | string, name: string): boolean {
  return piece.length === name.length && piece[0] === name.charCodeAt(0)
}

/** Byte for byte; `name` is ASCII. */
function isWritten(piece: Buffer | string, name: string): boolean {
  if (typeof piece === 'string') return piece === name
  if (piece.length !== name.length) return false
  for (let at = 0; at < name.length; at += 1) if (piece[at] !== name.charCodeAt(at)) return false
  return true
}

function textOf(piece: Buffer | string): string {
  return typeof piece === 'string' ? piece : piece.toString('latin1')
}

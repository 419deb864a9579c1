/** What can be told of a JSON document without parsing it. */

export interface Walked {
  /** Every bracket that opens is closed: a cut takes one off nearly always. */
  isBalanced: boolean
  /** The word is one of its strings, or a key. */
  says: boolean
}

const quote = 0x22
const backslash = 0x5c

/** One walk from string to string: ~0.8 ns a character, where a search for a word takes 1. `text` may be latin1 of the bytes. */
export function walkThrough(text: string, word: string): Walked {
  let depth = 0
  let says = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    if (sign === quote) {
      const end = endOfString(text, at)
      says ||= end === at + 1 + word.length && end < text.length && text.startsWith(word, at + 1)
      at = end
    } else if (sign === 0x7b || sign === 0x5b) depth += 1
    else if (sign === 0x7d || sign === 0x5d) depth -= 1
  }
  return { isBalanced: depth === 0, says }
}

/** The index of the closing quote. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes += 1
    if (slashes % 2 === 0) return at
  }
  return text.length
}

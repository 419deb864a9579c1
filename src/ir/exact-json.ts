/**
 * JSON whose every number and key order survives a parse. JavaScript rounds integers above 2^53 and moves keys that look like
 * integers to the front; a tool call's arguments must reach their tool as the model wrote them.
 *
 * Such numbers and keys are parsed as marked strings, and written again as what they were. A text without any (nearly every one)
 * costs one search.
 */
import type { JsonValue } from './json.ts'

/** A noncharacter (Unicode 23.7): for inside use only, never interchanged. Where a text has it all the same, U+FFFD takes its place. */
const mark = '\uFDD0'

/** A number of 16 digits and more, a key of digits only, or the mark itself, plain or escaped. */
const suspect = /[[:,]\s*-?[\d.eE+-]{16,}|"\d+"\s*:|\uFDD0|\\ufdd0/i
/** A string, with the colon that makes it a key; or a number. */
const token = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]{15,}/g
const markOrEscape = /\uFDD0|\\(?:ufdd0|.)/gi
const digits = /^"\d+"$/
const marked = new RegExp(`"${mark}n([^"]*)"|"${mark}k(\\d+)"`, 'g')

/** Parses text as {@link JSON.parse} does, exactly; `undefined` when it is no JSON. Never throws. Read numbers with `numberOf`, write with {@link exactText}. */
export function parseExact(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(suspect.test(text) ? protect(text) : text)
    return value
  } catch {
    return undefined
  }
}

function protect(text: string): string {
  return text.replace(token, (whole: string, string: string | undefined, colon: string | undefined) => {
    if (string === undefined) return `"${mark}n${whole}"`
    if (colon !== undefined && digits.test(string)) return `"${mark}k${string.slice(1)}${colon}`
    return whole.replace(markOrEscape, (found) => (found === mark || found.length > 2 ? '\uFFFD' : found))
  })
}

/** A value of {@link parseExact} as JSON text. */
export function exactText(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.includes(mark) ? restore(text) : text
}

function restore(text: string): string {
  return text.replace(marked, (_whole: string, number: string | undefined, key: string | undefined) =>
    number === undefined ? `"${key ?? ''}"` : number,
  )
}

/** The number behind a marked string; `undefined` for any other string. */
export function exactNumber(text: string): number | undefined {
  return text.startsWith(`${mark}n`) ? Number(text.slice(2)) : undefined
}

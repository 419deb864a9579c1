/**
 * JSON whose every number and key order survives a parse. JavaScript rounds integers above 2^53 and moves keys that look like
 * integers to the front; a tool call's arguments must reach their tool as the model wrote them.
 *
 * Such numbers and keys are parsed as marked strings, and written again as what they were. A text without any (nearly every one)
 * costs one search (~1 ns a byte), one with any a walk from string to string besides (~4 ns).
 */
import type { JsonObject, JsonValue } from './json.ts'
import type { Steps } from './steps.ts'

/** A noncharacter (Unicode 23.7): for inside use only, never interchanged. Where a text has it all the same, U+FFFD takes its place. */
const mark = '\uFDD0'

/** A key of digits only, or the mark, escaped. */
const suspect = /"\d+"\s*:|\\ufdd0/i
const colonNext = /\s*:/y
const longNumber = /-?\d[\d.eE+-]{15,}/g
const digits = /^"\d+"$/
const markOrEscape = /\uFDD0|\\(?:ufdd0|.)/gi
const anyMark = /\uFDD0|\\ufdd0/i
const marked = new RegExp(`"${mark}n([^"]*)"|"${mark}k(\\d+)"`, 'g')

/** False for nearly every text: then {@link JSON.parse} is exact as it is. */
export function needsExactness(text: string): boolean {
  return text.includes(mark) || suspect.test(text) || holdsLongNumber(text)
}

/** A number of so many signs is one that a double may not hold. */
const leastSigns = 16

/** 1 for what numbers are written with. */
const ofNumbers = new Uint8Array(128)
for (const sign of '0123456789.eE+-') ofNumbers[sign.charCodeAt(0)] = 1

/** Of so many places one is looked at, as a run of so many of a number's signs has that one too: a pattern would look at them all (4 times the time). */
function holdsLongNumber(text: string): boolean {
  const isOfNumber = (at: number): boolean => ofNumbers[text.charCodeAt(at)] === 1
  for (let at = leastSigns - 1; at < text.length; at += leastSigns) {
    if (!isOfNumber(at)) continue
    let start = at
    while (start > 0 && isOfNumber(start - 1)) start -= 1
    while (at + 1 < text.length && isOfNumber(at + 1)) at += 1
    if (at + 1 - start >= leastSigns && mayBeNumber(text, start)) return true
  }
  return false
}

/** What stands before it may be followed by a number: most such runs are ids and lines drawn inside strings. */
function mayBeNumber(text: string, start: number): boolean {
  let before = start - 1
  while (text[before] === ' ' || text[before] === '\n' || text[before] === '\r' || text[before] === '\t') before -= 1
  return text[before] === ':' || text[before] === ',' || text[before] === '['
}

/** Parses text as {@link JSON.parse} does, exactly; `undefined` when it is no JSON. Never throws. Read numbers with `numberOf`, write with {@link exactText}. */
export function parseExact(text: string): JsonValue | undefined {
  return parsed(text, needsExactness(text))
}

/** The same of a long one, in steps: the parser's own is the longest, ~100 ms for 37 MB. */
export function* takeExact(text: string): Steps<JsonValue | undefined> {
  const isRounded = needsExactness(text)
  yield
  return parsed(text, isRounded)
}

function parsed(text: string, isRounded: boolean): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(isRounded ? protect(text) : text)
    return value
  } catch {
    return undefined
  }
}

/** Numbers stand between the strings. No pattern with a choice runs along a string: one of 10 MB would exhaust its stack. */
function protect(text: string): string {
  const mayHoldMark = anyMark.test(text)
  const pieces: string[] = []
  let from = 0
  for (let open = text.indexOf('"'); open !== -1; open = text.indexOf('"', from)) {
    const end = endOfString(text, open)
    const string = text.slice(open, end)
    pieces.push(protectNumbers(text.slice(from, open)))
    if (digits.test(string) && isKey(text, end)) pieces.push(`"${mark}k${string.slice(1)}`)
    else pieces.push(mayHoldMark ? withoutMark(string) : string)
    from = end
  }
  pieces.push(protectNumbers(text.slice(from)))
  return pieces.join('')
}

/** Behind the quote that closes the string which opens at `at`. */
function endOfString(text: string, at: number): number {
  let close = text.indexOf('"', at + 1)
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close === -1 ? text.length : close + 1
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}

/** A colon follows the string that ends at `end`. */
function isKey(text: string, end: number): boolean {
  colonNext.lastIndex = end
  return colonNext.test(text)
}

function protectNumbers(between: string): string {
  return between.length < 16 ? between : between.replace(longNumber, (number) => `"${mark}n${number}"`)
}

function withoutMark(string: string): string {
  return string.replace(markOrEscape, (found) => (found === mark || found.length > 2 ? '\uFFFD' : found))
}

/** A value of {@link parseExact} as JSON text. */
export function exactText(value: JsonValue): string {
  return restoreExact(JSON.stringify(value))
}

/** Half a character is written as an escape, and nothing else of two signs begins so: a backslash of a text is written twice. */
const escape = /\\(?:ud[89a-f][\da-f]{2}|.)/g

/**
 * The same without halves of characters, which are left where a text was cut at a length: llama.cpp and Anthropic take them for no JSON
 * (`no low surrogate in string`), and refuse all of it. One search of the text.
 */
export function strictText(value: JsonValue): string {
  const text = exactText(value)
  return text.includes('\\ud') ? text.replace(escape, (found) => (found.length > 2 ? '\uFFFD' : found)) : text
}

/** So much text becomes bytes at once. */
const pieceLength = 256 * 1024

/** The bytes of {@link strictText}, in steps: as one text 37 MB of it take half a second. */
export function* takeStrictBytes(value: JsonObject): Steps<Buffer> {
  const pieces: Buffer[] = []
  let text = ''
  for (const part of partsOf(value)) {
    text += part
    if (text.length < pieceLength) continue
    pieces.push(Buffer.from(text))
    text = ''
    yield
  }
  const last = Buffer.from(text)
  return pieces.length === 0 ? last : Buffer.concat([...pieces, last])
}

/** What an object's text consists of. Conversations are long by their messages, so that lists are taken apart, too. */
function* partsOf(value: JsonObject): Generator<string> {
  let before = '{'
  for (const [key, member] of Object.entries(value)) {
    yield `${before}${strictText(key)}:`
    if (Array.isArray(member)) yield* elementsOf(member)
    else yield strictText(member)
    before = ','
  }
  yield before === '{' ? '{}' : '}'
}

function* elementsOf(list: readonly JsonValue[]): Generator<string> {
  let before = '['
  for (const element of list) {
    yield before + strictText(element)
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}

/** {@link exactText} of a text that somebody else's {@link JSON.stringify} made. */
export function restoreExact(text: string): string {
  if (!text.includes(mark)) return text
  return text.replace(marked, (_whole: string, number: string | undefined, key: string | undefined) =>
    number === undefined ? `"${key ?? ''}"` : number,
  )
}

/** The number behind a marked string; `undefined` for any other string. */
export function exactNumber(text: string): number | undefined {
  return text.startsWith(`${mark}n`) ? Number(text.slice(2)) : undefined
}

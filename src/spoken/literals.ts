/** Values that are JSON's but for how they are quoted, and for a few words. What is read of them is JSON text. */
import { parseJson } from '../ir/json.ts'
import type { Cursor, Reading } from './cursor.ts'

export interface Notation {
  /** What opens a string, and closes it too. */
  quotes: readonly string[]
  /** Behind its opening quote. */
  readString: (cursor: Cursor, quote: string) => Reading<string | undefined>
  /** Its words for JSON's. */
  words: Readonly<Record<string, string>>
}

/** Deeper than any arguments are nested. */
const mostDepth = 32

/** An object behind its opening bracket; a key may stand without quotes. */
export function* readMembers(
  cursor: Cursor,
  notation: Notation,
  [separator, close]: readonly [':' | '=', '}' | ')'],
  depth = mostDepth,
): Reading<string | undefined> {
  const members: string[] = []
  for (;;) {
    yield* cursor.spaces()
    // Python's last comma may stand before it.
    if ((yield* cursor.word([close])) !== undefined) return `{${members.join(',')}}`
    const key = yield* readKey(cursor, notation)
    yield* cursor.spaces()
    if (key === undefined || (yield* cursor.word([separator])) === undefined) return undefined
    const value = yield* readValue(cursor, notation, depth)
    if (value === undefined) return undefined
    members.push(`${JSON.stringify(key)}:${value}`)
    yield* cursor.spaces()
    const next = yield* cursor.word([',', close])
    if (next === close) return `{${members.join(',')}}`
    if (next === undefined) return undefined
  }
}

const keySign = /^[\w.$-]$/

function* readKey(cursor: Cursor, { quotes, readString }: Notation): Reading<string | undefined> {
  const quote = yield* cursor.word(quotes)
  if (quote !== undefined) return yield* readString(cursor, quote)
  let key = ''
  for (;;) {
    const sign = yield* cursor.one((next) => keySign.test(next))
    if (sign === '') return key === '' ? undefined : key
    key += sign
  }
}

function* readValue(cursor: Cursor, notation: Notation, depth: number): Reading<string | undefined> {
  yield* cursor.spaces()
  const opening = yield* cursor.word([...notation.quotes, '{', '['])
  if (opening === undefined) return yield* readScalar(cursor, notation)
  if (opening === '{') return depth === 0 ? undefined : yield* readMembers(cursor, notation, [':', '}'], depth - 1)
  if (opening === '[') return depth === 0 ? undefined : yield* readElements(cursor, notation, depth - 1)
  const text = yield* notation.readString(cursor, opening)
  return text === undefined ? undefined : JSON.stringify(text)
}

function* readElements(cursor: Cursor, notation: Notation, depth: number): Reading<string | undefined> {
  const elements: string[] = []
  for (;;) {
    yield* cursor.spaces()
    if ((yield* cursor.word([']'])) !== undefined) return `[${elements.join(',')}]`
    const element = yield* readValue(cursor, notation, depth)
    if (element === undefined) return undefined
    elements.push(element)
    yield* cursor.spaces()
    const next = yield* cursor.word([',', ']'])
    if (next === ']') return `[${elements.join(',')}]`
    if (next === undefined) return undefined
  }
}

/** A number, `true`, `false` or `null`; anything else without its quotes could be cut anywhere. */
function* readScalar(cursor: Cursor, { words }: Notation): Reading<string | undefined> {
  let text = ''
  for (;;) {
    const sign = yield* cursor.one((next) => !/[\s,\]})]/.test(next))
    if (sign === '' || text.length > 40) break
    text += sign
  }
  const json = words[text] ?? text
  return parseJson(json) === undefined ? undefined : json
}

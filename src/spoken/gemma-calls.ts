/**
 * Gemma 4's calls: `<|tool_call>call:NAME{key:<|"|>text<|"|>,other:5}<tool_call|>`, JSON but for its keys and quotes (ollama#15315,
 * hermes-agent#47074, #7449).
 */
import { parseJson } from '../ir/json.ts'
import type { Cursor, Reading } from './cursor.ts'
import { readName } from './read-name.ts'
import type { Written } from './written.ts'

export const gemmaMark = '<|tool_call>'
const close = '<tool_call|>'
const quote = '<|"|>'

/** Deeper than any arguments are nested. */
const mostDepth = 32

export function* readGemma(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  yield* cursor.spaces()
  if ((yield* cursor.word(['call:'])) === undefined) return undefined
  const name = yield* readName(cursor, names)
  if (name === undefined) return undefined
  yield* cursor.spaces()
  if ((yield* cursor.word(['{'])) === undefined) return undefined
  const text = yield* readMembers(cursor, mostDepth)
  yield* cursor.spaces()
  const isWhole = (yield* cursor.word([close])) !== undefined || (yield* cursor.ahead()) === ''
  return text === undefined || !isWhole ? undefined : [{ name, input: { as: 'json', text } }]
}

/** As JSON; behind the brace. */
function* readMembers(cursor: Cursor, depth: number): Reading<string | undefined> {
  const members: string[] = []
  for (;;) {
    yield* cursor.spaces()
    if (members.length === 0 && (yield* cursor.word(['}'])) !== undefined) return '{}'
    const key = yield* readKey(cursor)
    if (key === undefined) return undefined
    const value = yield* readValue(cursor, depth)
    if (value === undefined) return undefined
    members.push(`${JSON.stringify(key)}:${value}`)
    yield* cursor.spaces()
    const next = yield* cursor.word([',', '}'])
    if (next === '}') return `{${members.join(',')}}`
    if (next === undefined) return undefined
  }
}

const keySign = /^[\w.$-]$/

function* readKey(cursor: Cursor): Reading<string | undefined> {
  if ((yield* cursor.word([quote])) !== undefined) {
    const key = yield* cursor.until(quote)
    return (yield* cursor.word([':'])) === undefined ? undefined : key
  }
  let key = ''
  for (;;) {
    const sign = yield* cursor.one((next) => keySign.test(next))
    if (sign === '') break
    key += sign
  }
  yield* cursor.spaces()
  return key === '' || (yield* cursor.word([':'])) === undefined ? undefined : key
}

function* readValue(cursor: Cursor, depth: number): Reading<string | undefined> {
  yield* cursor.spaces()
  const opening = yield* cursor.word([quote, '{', '['])
  if (opening === quote) {
    const text = yield* cursor.until(quote)
    return text === undefined ? undefined : JSON.stringify(text)
  }
  if (opening === undefined) return yield* readScalar(cursor)
  if (depth === 0) return undefined
  return opening === '{' ? yield* readMembers(cursor, depth - 1) : yield* readElements(cursor, depth - 1)
}

function* readElements(cursor: Cursor, depth: number): Reading<string | undefined> {
  const elements: string[] = []
  for (;;) {
    yield* cursor.spaces()
    if (elements.length === 0 && (yield* cursor.word([']'])) !== undefined) return '[]'
    const element = yield* readValue(cursor, depth)
    if (element === undefined) return undefined
    elements.push(element)
    yield* cursor.spaces()
    const next = yield* cursor.word([',', ']'])
    if (next === ']') return `[${elements.join(',')}]`
    if (next === undefined) return undefined
  }
}

/** A number, `true`, `false` or `null`; anything else without its quotes could be cut anywhere. */
function* readScalar(cursor: Cursor): Reading<string | undefined> {
  let text = ''
  for (;;) {
    const sign = yield* cursor.one((next) => !/[\s,\]}]/.test(next))
    if (sign === '' || text.length > 40) break
    text += sign
  }
  return parseJson(text) === undefined ? undefined : text
}

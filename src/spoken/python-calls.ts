/**
 * Calls as Python has them: Llama 4's `[NAME(key="text", other=5), …]` (vllm#22917), LFM2's between marks of its own (vllm#39243), which
 * some servers take away (Rapid-MLX#1076); Gemma 4's, a line each in a fence of their own (vllm-mlx#622, aisuite#339). Arguments without a
 * name are nobody's: their places are not told to a model.
 */
import type { Cursor, Reading } from './cursor.ts'
import { readMembers, type Notation } from './literals.ts'
import { readName } from './read-name.ts'
import type { Written } from './written.ts'

const notation: Notation = {
  quotes: ['"""', "'''", '"', "'"],
  readString: readPythonString,
  words: { True: 'true', False: 'false', None: 'null' },
}

/** What a name in such a list may begin with, and the white space before it. */
export const pythonBegin = /^[\w\s-]$/

/** With both of its brackets. */
export function* readPythonList(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  if ((yield* cursor.word(['['])) === undefined) return undefined
  yield* cursor.spaces()
  return yield* readPythonCalls(cursor, names)
}

/** Behind the opening bracket of the list. */
export function* readPythonCalls(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  const calls: Written[] = []
  for (;;) {
    const call = yield* readPythonCall(cursor, names)
    if (call === undefined) return undefined
    calls.push(call)
    yield* cursor.spaces()
    const next = yield* cursor.word([',', ']'])
    if (next === ']') return calls
    if (next === undefined) return undefined
    yield* cursor.spaces()
  }
}

/** Behind the opening of the fence, up to what closes it. */
export function* readPythonLines(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  const calls: Written[] = []
  do {
    const call = yield* readPythonCall(cursor, names)
    if (call === undefined) return undefined
    calls.push(call)
    yield* cursor.spaces()
  } while (!fenceEnd.has(yield* cursor.ahead()))
  return calls
}

/** The text may end without it. */
const fenceEnd = new Set(['`', ''])

function* readPythonCall(cursor: Cursor, names: readonly string[]): Reading<Written | undefined> {
  const name = yield* readName(cursor, names)
  if (name === undefined || (yield* cursor.word(['('])) === undefined) return undefined
  const text = yield* readMembers(cursor, notation, ['=', ')'])
  return text === undefined ? undefined : { name, input: { as: 'json', text } }
}

function* readPythonString(cursor: Cursor, quote: string): Reading<string | undefined> {
  const text = yield* cursor.untilUnescaped(quote)
  return text?.replaceAll(escape, (sequence) => meaningOf(sequence.slice(1)) ?? sequence)
}

const escape = /\\(?:x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|[\s\S])/gi

const meanings: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  '0': '\0',
}

/** `undefined` for what means nothing to Python, which leaves it as it is. */
function meaningOf(sequence: string): string | undefined {
  if (!/^[xuU]./.test(sequence)) return meanings[sequence]
  const code = Number.parseInt(sequence.slice(1), 16)
  return code > 0x10_ff_ff ? undefined : String.fromCodePoint(code)
}

/** Calls between words that a model's tokenizer has for them alone, and that an engine should have read. */
import type { Cursor, Reading } from './cursor.ts'
import { callsIn, readJson } from './json-calls.ts'
import { readName } from './read-name.ts'
import type { Written } from './written.ts'

type Calls = Reading<Written[] | undefined>

/**
 * JSON calls in a row, with or without what ends them: Llama's `<|python_tag|>{…}; {…}` (local-engines.md 7) and
 * `<|python_start|>{…}<|python_end|>` (vllm#16214), Granite's `<|tool_call|>[{…}]`.
 */
export function* readJsonRow(cursor: Cursor, names: readonly string[]): Calls {
  const calls = yield* readJsonCalls(cursor, names, false)
  yield* cursor.word(['<|python_end|>', '<|eom_id|>', '<|eot_id|>', '</s>'])
  return calls
}

/** A list without its brackets, as models write it too: lines, commas, and Llama's semicolons. `needsInput` as in {@link callsIn}. */
export function* readJsonCalls(cursor: Cursor, names: readonly string[], needsInput: boolean): Calls {
  const calls: Written[] = []
  for (;;) {
    const json = yield* readJson(cursor, names)
    const found = json === undefined ? undefined : callsIn(json, needsInput)
    if (found === undefined) return undefined
    calls.push(...found)
    yield* cursor.spaces()
    const comma = yield* cursor.word([',', ';'])
    yield* cursor.spaces()
    const next = yield* cursor.ahead()
    if (next === '{' || next === '[') continue
    // A comma before anything else belongs to a sentence about calls; Llama ends its only one with a semicolon, too.
    return comma === undefined || next === '' ? calls : undefined
  }
}

/** Mistral: `[TOOL_CALLS][{…}]` once, `[TOOL_CALLS]NAME[ARGS]{…}` since its thirteenth tokenizer (Rapid-MLX#579). */
export function* readMistral(cursor: Cursor, names: readonly string[]): Calls {
  yield* cursor.spaces()
  const next = yield* cursor.ahead()
  if (next === '[' || next === '{') return yield* readJsonRow(cursor, names)
  const name = yield* readName(cursor, names)
  if (name === undefined || (yield* cursor.word(['[ARGS]'])) === undefined) return undefined
  const text = yield* readInput(cursor)
  return text === undefined ? undefined : [{ name, input: { as: 'json', text } }]
}

/** The arguments alone, as an object. */
function* readInput(cursor: Cursor): Reading<string | undefined> {
  yield* cursor.spaces()
  if ((yield* cursor.word(['{'])) === undefined) return undefined
  const rest = yield* cursor.untilClosed(1, false)
  return rest === undefined ? undefined : `{${rest}`
}

const callBegin = '<｜tool▁call▁begin｜>'
const separator = '<｜tool▁sep｜>'
const callEnd = '<｜tool▁call▁end｜>'
export const deepSeekBegin = '<｜tool▁calls▁begin｜>'
const callsEnd = '<｜tool▁calls▁end｜>'

/**
 * DeepSeek's V3 and R1 write `function<｜tool▁sep｜>NAME` and a fence of JSON (vllm#21727), V3.1 `NAME<｜tool▁sep｜>{…}`, both between
 * `<｜tool▁call▁begin｜>` and `…end｜>`.
 */
export function* readDeepSeek(cursor: Cursor, names: readonly string[]): Calls {
  const calls: Written[] = []
  for (;;) {
    yield* cursor.spaces()
    const mark = yield* cursor.word([callBegin, callsEnd])
    if (mark !== callBegin)
      return calls.length > 0 && (mark === callsEnd || (yield* isAtEnd(cursor))) ? calls : undefined
    const call = yield* readDeepSeekCall(cursor, names)
    if (call === undefined) return undefined
    calls.push(call)
  }
}

function* readDeepSeekCall(cursor: Cursor, names: readonly string[]): Reading<Written | undefined> {
  yield* cursor.spaces()
  const kind = yield* cursor.word([`function${separator}`])
  const name = yield* readName(cursor, names)
  if (name === undefined || (kind === undefined && (yield* cursor.word([separator])) === undefined)) return undefined
  yield* cursor.spaces()
  const fence = yield* cursor.word(['```json'])
  const text = yield* readInput(cursor)
  yield* cursor.spaces()
  if (fence !== undefined && (yield* cursor.word(['```'])) === undefined) return undefined
  yield* cursor.spaces()
  const isWhole = (yield* cursor.word([callEnd])) !== undefined || (yield* isAtEnd(cursor))
  return text === undefined || !isWhole ? undefined : { name, input: { as: 'json', text } }
}

function* isAtEnd(cursor: Cursor): Reading<boolean> {
  return (yield* cursor.ahead()) === ''
}

/** How a call of gpt-oss begins, whole (odysseus#4522), and after an engine took its special tokens away (Rapid-MLX#480). */
export const harmonyMarks = [
  '<|channel|>commentary to=',
  '<|start|>assistant<|channel|>commentary to=',
  '<|start|>assistant to=',
] as const
export const bareHarmonyMarks = ['commentary to=', 'assistantcommentary to='] as const

/** What may stand between the name and the arguments, in any order. */
const harmonyWords = ['<|channel|>commentary', '<|constrain|>', 'json', 'code', '<|message|>'] as const

export function* readHarmony(cursor: Cursor, names: readonly string[]): Calls {
  yield* cursor.word(['functions.'])
  const name = yield* readName(cursor, names)
  if (name === undefined) return undefined
  let word: string | undefined
  do {
    yield* cursor.spaces()
    word = yield* cursor.word(harmonyWords)
  } while (word !== undefined)
  const text = yield* readInput(cursor)
  yield* cursor.word(['<|call|>'])
  return text === undefined ? undefined : [{ name, input: { as: 'json', text } }]
}

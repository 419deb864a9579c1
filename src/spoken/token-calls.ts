/** Calls between words that a model's tokenizer has for them alone, and that an engine should have read. */
import type { Cursor, Reading } from './cursor.ts'
import { callsIn, readInput, readJson } from './json-calls.ts'
import { readPythonCalls } from './python-calls.ts'
import { readName } from './read-name.ts'
import type { Written } from './written.ts'

type Calls = Reading<Written[] | undefined>

/**
 * JSON calls in a row, with or without what ends them: Llama's `<|python_tag|>{…}; {…}` (local-engines.md 7) and
 * `<|python_start|>{…}<|python_end|>` (vllm#16214), Granite's `<|tool_call|>[{…}]`; LFM2 writes Python's between such marks.
 */
export function* readJsonRow(cursor: Cursor, names: readonly string[]): Calls {
  const calls = yield* readJsonCalls(cursor, names, false)
  yield* cursor.word(['<|python_end|>', '<|tool_call_end|>', '<|eom_id|>', '<|eot_id|>', '</s>'])
  return calls
}

/**
 * A list without its brackets, as models write it too: lines, commas, and Llama's semicolons. In brackets Python's calls count as well.
 * `needsInput` as in {@link callsIn}.
 */
export function* readJsonCalls(cursor: Cursor, names: readonly string[], needsInput: boolean): Calls {
  const calls: Written[] = []
  for (;;) {
    const found = yield* readCallsOrList(cursor, names, needsInput)
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

function* readCallsOrList(cursor: Cursor, names: readonly string[], needsInput: boolean): Calls {
  const bracket = yield* cursor.word(['['])
  const opening = bracket === undefined ? '' : bracket + (yield* cursor.spaces())
  if (opening !== '' && (yield* cursor.ahead()) !== '{') return yield* readPythonCalls(cursor, names)
  const json = yield* readJson(cursor, names, opening)
  return json === undefined ? undefined : callsIn(json, needsInput)
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

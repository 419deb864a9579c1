/** Calls whose arguments stand in tags, each as text. */
import type { Cursor, Reading } from './cursor.ts'
import { readName } from './read-name.ts'
import type { Written } from './written.ts'

/** What stands around the parts of such a call; of several words in a row, white space may stand between. */
export interface TagStyle {
  nameEnd: readonly string[]
  keyStart: string
  keyEnd: readonly [string, ...string[]]
  valueEnd: string
  close: string
}

/**
 * Qwen3-Coder's `<function=NAME><parameter=KEY>VALUE</parameter></function>` (llama.cpp#15012, mlxcel#204, ollama#12380); Llama 3.1 writes
 * the arguments as one JSON object instead (mlxcel#206).
 */
export const functionStyle: TagStyle = {
  nameEnd: ['>'],
  keyStart: '<parameter=',
  keyEnd: ['>'],
  valueEnd: '</parameter>',
  close: '</function>',
}

/** Claude's own, which MiniMax writes too, and models that saw its transcripts (mlx-lm#665, hermes-agent#83023). */
export const invokeStyle: TagStyle = {
  nameEnd: ['">'],
  keyStart: '<parameter name="',
  keyEnd: ['">'],
  valueEnd: '</parameter>',
  close: '</invoke>',
}

/** GLM's `<tool_call>NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value></tool_call>` (lmstudio-bug-tracker#1528, sglang#19925). */
export const argumentStyle: TagStyle = {
  nameEnd: [],
  keyStart: '<arg_key>',
  keyEnd: ['</arg_key>', '<arg_value>'],
  valueEnd: '</arg_value>',
  close: '</tool_call>',
}

/** Behind its opening word. The end of the text closes a call too, where all its arguments are whole (omlx#3153). */
export function* readTagged(cursor: Cursor, names: readonly string[], style: TagStyle): Reading<Written | undefined> {
  const name = yield* readName(cursor, names)
  if (name === undefined || !(yield* readWords(cursor, style.nameEnd))) return undefined
  yield* cursor.spaces()
  const brace = yield* cursor.word(['{'])
  if (brace !== undefined) return yield* readJsonInput(cursor, name, style)
  const texts = new Map<string, string>()
  let next = yield* cursor.word([style.keyStart, style.close])
  while (next === style.keyStart) {
    const key = yield* cursor.until(style.keyEnd[0])
    if (key === undefined || texts.has(key) || !(yield* readWords(cursor, style.keyEnd.slice(1)))) return undefined
    const value = yield* readValue(cursor, style)
    if (value === undefined) return undefined
    texts.set(key, value.text)
    next = value.next
  }
  const isWhole = next === style.close || (yield* cursor.ahead()) === ''
  return isWhole ? { name, input: { as: 'texts', texts } } : undefined
}

/** Behind its first brace. */
function* readJsonInput(cursor: Cursor, name: string, { close }: TagStyle): Reading<Written | undefined> {
  const rest = yield* cursor.untilClosed(1, false)
  yield* cursor.spaces()
  if (rest === undefined || (yield* cursor.word([close])) === undefined) return undefined
  return { name, input: { as: 'json', text: `{${rest}` } }
}

/** A file may well hold the closing tag: it ends the value only where another one of the call follows. */
function* readValue(
  cursor: Cursor,
  { keyStart, valueEnd, close }: TagStyle,
): Reading<{ text: string; next: string | undefined } | undefined> {
  let text = ''
  for (;;) {
    const part = yield* cursor.until(valueEnd)
    if (part === undefined) return undefined
    const spaces = yield* cursor.spaces()
    const next = yield* cursor.word([keyStart, close])
    if (next !== undefined || (yield* cursor.ahead()) === '') return { text: text + part, next }
    text += part + valueEnd + spaces
  }
}

function* readWords(cursor: Cursor, words: readonly string[]): Reading<boolean> {
  for (const [at, word] of words.entries()) {
    if (at > 0 || word.startsWith('<')) yield* cursor.spaces()
    if ((yield* cursor.word([word])) === undefined) return false
  }
  return true
}

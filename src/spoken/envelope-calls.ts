/** Calls between an opening and a closing tag, as JSON or in tags of their own. */
import type { Cursor, Reading } from './cursor.ts'
import { argumentStyle, functionStyle, invokeStyle, readTagged } from './tag-calls.ts'
import { readJsonCalls } from './token-calls.ts'
import type { Written } from './written.ts'

/**
 * Hermes' and Qwen's `<tool_call>{…}</tool_call>` (ollama#11381, hermes-agent#742), `<tools>` of Qwen3-Coder (hermes-agent#83023),
 * `<function_call>` of open models behind proxies (hermes-agent#29115), Claude's `<function_calls>` (suna#308) and MiniMax'
 * `<minimax:tool_call>` (mlx-lm#665) around `<invoke>`.
 */
const envelopes = ['tool_call', 'tool_calls', 'tools', 'function_call', 'function_calls', 'minimax:tool_call'] as const
export const envelopeMarks = envelopes.map((name) => `<${name}>`)
export const closings = envelopes.map((name) => `</${name}>`)

const bareTags = { '<function=': functionStyle, '<invoke name="': invokeStyle } as const
type BareTag = keyof typeof bareTags
export const bareTagMarks: readonly BareTag[] = ['<function=', '<invoke name="']

/** A call in tags without an envelope around it (omlx#844, ollama#12358). `mark` was taken. */
export function* readBareTag(cursor: Cursor, names: readonly string[], mark: BareTag): Reading<Written[] | undefined> {
  const call = yield* readTagged(cursor, names, bareTags[mark])
  // The closing tag of an envelope whose opening one the model forgot (hermes-agent#742).
  yield* cursor.spaces()
  yield* cursor.word(closings)
  return call && [call]
}

/**
 * Behind the opening tag. The closing one may be missing, where the text ends (omlx#3153, #2420) or the next call begins
 * (llama.cpp#12153).
 */
export function* readEnvelope(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  yield* cursor.spaces()
  const first = yield* cursor.ahead()
  if (first !== '' && !'<[{'.includes(first)) {
    const call = yield* readTagged(cursor, names, argumentStyle)
    return call && [call]
  }
  const calls: Written[] = []
  for (;;) {
    const found = yield* readContent(cursor, names)
    if (found === undefined) return undefined
    calls.push(...found)
    yield* cursor.spaces()
    const tag = yield* cursor.word([...closings, '<tool_call>'])
    if (tag === '<tool_call>') yield* cursor.spaces()
    else if (tag !== undefined || (yield* cursor.ahead()) === '') return calls
  }
}

function* readContent(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  const mark = yield* cursor.word(bareTagMarks)
  if (mark === undefined) return yield* readJsonCalls(cursor, names, false)
  const call = yield* readTagged(cursor, names, bareTags[mark])
  return call && [call]
}

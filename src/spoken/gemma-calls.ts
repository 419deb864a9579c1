/**
 * Gemma 4's calls: `<|tool_call>call:NAME{key:<|"|>text<|"|>,other:5}<tool_call|>`, JSON but for its keys and quotes (ollama#15315,
 * hermes-agent#47074, #7449).
 */
import type { Cursor, Reading } from './cursor.ts'
import { readMembers, type Notation } from './literals.ts'
import { readName } from './read-name.ts'
import type { Written } from './written.ts'

export const gemmaMark = '<|tool_call>'
const close = '<tool_call|>'

const notation: Notation = {
  quotes: ['<|"|>'],
  readString: (cursor, quote) => cursor.until(quote),
  words: {},
}

export function* readGemma(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  yield* cursor.spaces()
  if ((yield* cursor.word(['call:'])) === undefined) return undefined
  const name = yield* readName(cursor, names)
  if (name === undefined) return undefined
  yield* cursor.spaces()
  if ((yield* cursor.word(['{'])) === undefined) return undefined
  const text = yield* readMembers(cursor, notation, [':', '}'])
  yield* cursor.spaces()
  const isWhole = (yield* cursor.word([close])) !== undefined || (yield* cursor.ahead()) === ''
  return text === undefined || !isWhole ? undefined : [{ name, input: { as: 'json', text } }]
}

/** The grammar of calls in a text: which words may open one, and where. */
import type { Cursor, Reading } from './cursor.ts'
import { bareTagMarks, closings, envelopeMarks, readBareTag, readEnvelope } from './envelope-calls.ts'
import { gemmaMark, readGemma } from './gemma-calls.ts'
import { pythonBegin, readPythonLines, readPythonList } from './python-calls.ts'
import { deepSeekMark, kimiCallMark, kimiMarks, readDeepSeek, readKimi, readKimiCalls } from './section-calls.ts'
import { bareHarmonyMarks, harmonyMarks, readHarmony, readJsonCalls, readJsonRow, readMistral } from './token-calls.ts'
import type { Written } from './written.ts'

/** Where a call may begin. */
export interface Place {
  /** Nothing but white space stands before it in its line. */
  isLineStart: boolean
  /** Nothing but white space stands before it in the whole answer. */
  isAnswerStart: boolean
  /** JSON without a mark may be a call: alone, or in a fence. Python's calls are no JSON. */
  takesJson: boolean
}

type Read = (cursor: Cursor, names: readonly string[]) => Reading<Written[] | undefined>

/** Words of a tokenizer, which no prose has: models write them behind a sentence, too. */
const tokens = new Map<string, Read>([
  ['[TOOL_CALLS]', readMistral],
  ['<|python_tag|>', readJsonRow],
  ['<|python_start|>', readJsonRow],
  ['<|tool_call|>', readJsonRow],
  ['<|tool_call_start|>', readJsonRow],
  [gemmaMark, readGemma],
  [deepSeekMark, readDeepSeek],
  ...kimiMarks.map((mark): [string, Read] => [mark, readKimi]),
  [kimiCallMark, readKimiCalls],
  ...harmonyMarks.map((mark): [string, Read] => [mark, readHarmony]),
])

/** Words that stand in prose and code as well: they count where a line begins. */
const lines = new Map<string, Read>([
  ...tokens,
  ...envelopeMarks.map((mark): [string, Read] => [mark, readEnvelope]),
  ...bareTagMarks.map((mark): [string, Read] => [mark, (cursor, names) => readBareTag(cursor, names, mark)]),
  ...bareHarmonyMarks.map((mark): [string, Read] => [mark, readHarmony]),
])

const tokenMarks = [...tokens.keys()]
const lineMarks = [...lines.keys()]

/** The first two characters of every one of them: nothing else is worth a look. */
const beginsOfTokens = beginsOf(tokenMarks)
const beginsOfLines = beginsOf([...lineMarks, '```'])

function beginsOf(marks: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const begins = new Map<string, Set<string>>()
  for (const mark of marks) begins.set(mark.charAt(0), (begins.get(mark.charAt(0)) ?? new Set()).add(mark.charAt(1)))
  return begins
}

/** No call begins with another sign. */
export const openingSigns: ReadonlySet<string> = new Set([...beginsOfLines.keys(), '{', '['])

/** Whether the word that begins with `sign` may open a call; `next` is empty where it has not come yet. */
export function mayOpen(sign: string, next: string, { isLineStart, isAnswerStart, takesJson }: Place): boolean {
  if (isAnswerStart && takesJson && (sign === '{' || sign === '[')) return true
  if (isLineStart && sign === '[' && (next === '' || pythonBegin.test(next))) return true
  const seconds = (isLineStart ? beginsOfLines : beginsOfTokens).get(sign)
  return seconds !== undefined && (next === '' || seconds.has(next))
}

/** The calls that begin here; `undefined` as soon as there can be none. */
export function* readCalls(cursor: Cursor, names: readonly string[], place: Place): Reading<Written[] | undefined> {
  const fence = place.isLineStart ? yield* cursor.word(['```']) : undefined
  if (fence !== undefined) return yield* readFences(cursor, names, place)
  const mark = yield* cursor.word(place.isLineStart ? lineMarks : tokenMarks)
  if (mark !== undefined) return yield* (lines.get(mark) ?? readJsonRow)(cursor, names)
  const takesAll = place.isAnswerStart && place.takesJson
  if (!takesAll && !place.isLineStart) return undefined
  const calls = takesAll ? yield* readJsonCalls(cursor, names, true) : yield* readPythonList(cursor, names)
  // The closing tag of an envelope whose opening one the model forgot (hermes-agent#742).
  yield* cursor.word(closings)
  yield* cursor.spaces()
  return (yield* cursor.ahead()) === '' ? calls : undefined
}

/** Where a fence of other text may end. */
export function* readFenceMark(cursor: Cursor): Reading<undefined> {
  yield* cursor.word(['```'])
  return undefined
}

const infoSign = /^\w$/
/** Of a fence that holds Python's calls. */
const pythonInfo = 'tool_code'

/**
 * Fences that hold nothing but calls, the last of them at the end of the answer: anywhere else they are examples (openclaude#1076,
 * nanocoder#493).
 */
function* readFences(cursor: Cursor, names: readonly string[], { takesJson }: Place): Reading<Written[] | undefined> {
  const calls: Written[] = []
  let fence: string | undefined
  do {
    const found = yield* readFenced(cursor, names, takesJson)
    if (found === undefined) return undefined
    calls.push(...found)
    yield* cursor.spaces()
    yield* cursor.word(['```'])
    yield* cursor.spaces()
    fence = yield* cursor.word(['```'])
  } while (fence !== undefined)
  return (yield* cursor.ahead()) === '' ? calls : undefined
}

/** Behind the opening of the fence. */
function* readFenced(cursor: Cursor, names: readonly string[], takesJson: boolean): Reading<Written[] | undefined> {
  const info = yield* readInfo(cursor)
  yield* cursor.spaces()
  const mark = yield* cursor.word(lineMarks)
  const read = mark === undefined ? undefined : lines.get(mark)
  if (read) return yield* read(cursor, names)
  const isPython = info === pythonInfo && !'[{'.includes(yield* cursor.ahead())
  if (isPython) return yield* readPythonLines(cursor, names)
  return takesJson ? yield* readJsonCalls(cursor, names, true) : undefined
}

function* readInfo(cursor: Cursor): Reading<string> {
  let info = ''
  while (info.length < 16) {
    const sign = yield* cursor.one((next) => infoSign.test(next))
    if (sign === '') break
    info += sign
  }
  return info
}

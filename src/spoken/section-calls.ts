/** Several calls in a section that the model opens and closes, each between marks of its own: DeepSeek's and Kimi's. */
import type { Cursor, Reading } from './cursor.ts'
import { readInput } from './json-calls.ts'
import { readName } from './read-name.ts'
import type { Written } from './written.ts'

interface SectionStyle {
  callBegin: string
  callEnd: string
  sectionEnds: readonly string[]
  /** Everything between the name and the arguments, and what is before the name. */
  readHead: (cursor: Cursor, names: readonly string[]) => Reading<Head | undefined>
}

interface Head {
  name: string
  /** What has to stand behind the arguments, before the end of the call. */
  tail?: string
}

/** `isInCall`: the first call's mark was taken. The last marks may be missing where the text ends. */
function* readSection(
  cursor: Cursor,
  names: readonly string[],
  style: SectionStyle,
  isInCall: boolean,
): Reading<Written[] | undefined> {
  const calls: Written[] = []
  for (let isBegun = isInCall; ; isBegun = false) {
    yield* cursor.spaces()
    const mark = isBegun ? style.callBegin : yield* cursor.word([style.callBegin, ...style.sectionEnds])
    if (mark !== style.callBegin)
      return calls.length > 0 && (mark !== undefined || isInCall || (yield* isAtEnd(cursor))) ? calls : undefined
    const call = yield* readCall(cursor, names, style)
    if (call === undefined) return undefined
    calls.push(call)
  }
}

function* readCall(cursor: Cursor, names: readonly string[], style: SectionStyle): Reading<Written | undefined> {
  yield* cursor.spaces()
  const head = yield* style.readHead(cursor, names)
  if (head === undefined) return undefined
  const text = yield* readInput(cursor)
  yield* cursor.spaces()
  if (head.tail !== undefined && (yield* cursor.word([head.tail])) === undefined) return undefined
  yield* cursor.spaces()
  const isWhole = (yield* cursor.word([style.callEnd])) !== undefined || (yield* isAtEnd(cursor))
  return text === undefined || !isWhole ? undefined : { name: head.name, input: { as: 'json', text } }
}

function* isAtEnd(cursor: Cursor): Reading<boolean> {
  return (yield* cursor.ahead()) === ''
}

export const deepSeekMark = '<｜tool▁calls▁begin｜>'
const separator = '<｜tool▁sep｜>'

/**
 * DeepSeek's V3 and R1 write `function<｜tool▁sep｜>NAME` and a fence of JSON (vllm#21727), V3.1 `NAME<｜tool▁sep｜>{…}`, both between
 * `<｜tool▁call▁begin｜>` and `…end｜>`.
 */
const deepSeek: SectionStyle = {
  callBegin: '<｜tool▁call▁begin｜>',
  callEnd: '<｜tool▁call▁end｜>',
  sectionEnds: ['<｜tool▁calls▁end｜>'],
  *readHead(cursor, names) {
    const kind = yield* cursor.word([`function${separator}`])
    const name = yield* readName(cursor, names)
    if (name === undefined || (kind === undefined && (yield* cursor.word([separator])) === undefined)) return undefined
    yield* cursor.spaces()
    const fence = yield* cursor.word(['```json'])
    return fence === undefined ? { name } : { name, tail: '```' }
  },
}

export function readDeepSeek(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  return readSection(cursor, names, deepSeek, false)
}

/** The section's own marks are written both ways, and a server may take them away (llxprt-code#750, vllm#31207). */
export const kimiMarks = ['<|tool_calls_section_begin|>', '<|tool_call_section_begin|>'] as const
export const kimiCallMark = '<|tool_call_begin|>'

const digit = /^\d$/

/** Kimi K2's `functions.NAME:0<|tool_call_argument_begin|>{…}<|tool_call_end|>` (hermes-agent#24534); what stands there is the call's id. */
const kimi: SectionStyle = {
  callBegin: kimiCallMark,
  callEnd: '<|tool_call_end|>',
  sectionEnds: ['<|tool_calls_section_end|>', '<|tool_call_section_end|>'],
  *readHead(cursor, names) {
    yield* cursor.word(['functions.'])
    const name = yield* readName(cursor, names)
    if (name === undefined) return undefined
    yield* cursor.word([':'])
    for (let left = 8; left > 0; left -= 1) if ((yield* cursor.one((sign) => digit.test(sign))) === '') break
    yield* cursor.spaces()
    return (yield* cursor.word(['<|tool_call_argument_begin|>'])) === undefined ? undefined : { name }
  },
}

export function readKimi(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  return readSection(cursor, names, kimi, false)
}

/** Behind the mark of the first call. */
export function readKimiCalls(cursor: Cursor, names: readonly string[]): Reading<Written[] | undefined> {
  return readSection(cursor, names, kimi, true)
}

/** Calls that are written as JSON: `{"name":…,"arguments":{…}}` and its relations. */
import { isObject, parseJson, stringOf } from '../ir/json.ts'
import { elementsOf, membersOf } from '../wire/json-text.ts'
import type { Cursor, Reading } from './cursor.ts'
import { readName } from './read-name.ts'
import type { Written, WrittenInput } from './written.ts'

/** OpenAI's and Qwen's `name` (ollama#11185), LangChain's `tool`, and `function` (mlx-lm#792). */
const nameKeys = ['"name"', '"tool"', '"function"'] as const
/** `arguments` (ollama#11185, openclaude#433), Llama's `parameters` (vllm#46863), LangChain's `tool_input`. */
const inputKeys = ['"arguments"', '"parameters"', '"tool_input"'] as const
/** What stands beside them: OpenAI's own shape of a call, which models print too (vllm#11786, openclaude#1076). */
const besideKeys = ['"type"', '"id"', '"index"'] as const
/** A whole message's calls (nanocoder#493). */
const listKey = '"tool_calls"'

const types = ['"function"', '"function_call"', '"tool_call"', '"tool_use"'] as const

const isNameKey = isOneOf(nameKeys)
const isInputKey = isOneOf(inputKeys)
const isBesideKey = isOneOf(besideKeys)

function isOneOf<K extends string>(keys: readonly K[]): (key: string) => key is K {
  return (key): key is K => keys.some((known) => known === key)
}

/**
 * One JSON value whose beginning says that it may be calls of declared tools; the first key decides, so that other JSON is let go
 * within a few characters. `opening`: the bracket of its list, and what stands behind that, where it was read.
 */
export function* readJson(cursor: Cursor, names: readonly string[], opening: string): Reading<string | undefined> {
  const brace = yield* cursor.word(['{'])
  if (brace === undefined) return undefined
  const indent = yield* cursor.spaces()
  const key = yield* cursor.word([...nameKeys, ...inputKeys, ...besideKeys, listKey])
  const before = yield* cursor.spaces()
  if (key === undefined || (yield* cursor.word([':'])) === undefined) return undefined
  const behind = yield* cursor.spaces()
  const head = opening + brace + indent + key + before + ':' + behind
  const value = yield* readBeginning(cursor, names, key)
  if (value === undefined) return undefined
  const brackets = (opening === '' ? 1 : 2) + (value.opens ? 1 : 0)
  const rest = yield* cursor.untilClosed(brackets, value.isString)
  return rest === undefined ? undefined : head + value.text + rest
}

interface Beginning {
  text: string
  /** A bracket. */
  opens: boolean
  /** A string that is not closed yet. */
  isString: boolean
}

/** As much of the first value as tells whether it fits to its key. */
function* readBeginning(cursor: Cursor, names: readonly string[], key: string): Reading<Beginning | undefined> {
  if (key === '"type"') {
    const type = yield* cursor.word(types)
    return type === undefined ? undefined : { text: type, opens: false, isString: false }
  }
  const sign = yield* cursor.word(signsOf(key))
  if (sign === undefined) return undefined
  if (sign !== '"' || !isNameKey(key))
    return { text: sign, opens: sign === '{' || sign === '[', isString: sign === '"' }
  const name = yield* readName(cursor, names)
  if (name === undefined || (yield* cursor.word(['"'])) === undefined) return undefined
  return { text: `"${name}"`, opens: false, isString: false }
}

function signsOf(key: string): ('"' | '{' | '[')[] {
  if (key === listKey) return ['[']
  if (key === '"function"' || isInputKey(key)) return ['"', '{']
  return ['"']
}

/** The arguments alone, as an object. */
export function* readInput(cursor: Cursor): Reading<string | undefined> {
  yield* cursor.spaces()
  if ((yield* cursor.word(['{'])) === undefined) return undefined
  const rest = yield* cursor.untilClosed(1, false)
  return rest === undefined ? undefined : `{${rest}`
}

/** The calls in one JSON value; `undefined` when it is anything else. `needsInput`: a name alone is no call. */
export function callsIn(json: string, needsInput: boolean): Written[] | undefined {
  if (parseJson(json) === undefined) return undefined
  return json.startsWith('[') ? callsInList(json, needsInput) : callsInObject(json, needsInput)
}

function callsInList(json: string, needsInput: boolean): Written[] | undefined {
  const found = [...elementsOf(json, 0)].map(({ start, end }) => callsInObject(json.slice(start, end), needsInput))
  const known = found.filter((calls) => calls !== undefined)
  return known.length === found.length && known.length > 0 ? known.flat() : undefined
}

function callsInObject(json: string, needsInput: boolean): Written[] | undefined {
  const members = [...membersOf(json, 0)].map(({ key, start, end }) => ({
    key: `"${key}"`,
    value: json.slice(start, end),
  }))
  const [first, ...others] = members.filter(({ key }) => !isBesideKey(key))
  if (first === undefined) return undefined
  // The call stands one level deeper.
  if (others.length === 0 && first.key === listKey) return callsInList(first.value, needsInput)
  if (others.length === 0 && first.key === '"function"' && first.value.startsWith('{'))
    return callsInObject(first.value, needsInput)
  const names = [first, ...others].filter(({ key }) => isNameKey(key))
  const inputs = [first, ...others].filter(({ key }) => isInputKey(key))
  const [name, input] = [names[0], inputs[0]]
  if (!name || names.length + inputs.length !== others.length + 1 || names.length > 1 || inputs.length > 1)
    return undefined
  if (!input && needsInput) return undefined
  const called = stringOf(parseJson(name.value))
  return called === undefined ? undefined : [{ name: called, input: inputOf(input?.value ?? '{}') }]
}

/** OpenAI writes the object as a text, and so do models that learned from it. */
function inputOf(json: string): WrittenInput {
  const inner = json.startsWith('"') ? stringOf(parseJson(json)) : undefined
  return { as: 'json', text: inner !== undefined && isObject(parseJson(inner)) ? inner : json }
}

/**
 * Finishes JSON that was cut, after the model of a second one: what was complete stays, what was cut off in the middle is only
 * ever continued by what begins in the same way. So a tool's arguments are those of one model or those that both agree on, never
 * a patchwork.
 */
import { exactNumber, exactText } from '../ir/exact-json.ts'
import { isObject, type JsonValue } from '../ir/json.ts'

/** What has to follow `cut` to make it whole; `undefined` when `model` does not go on as it began. `cut` may be whole, or empty. */
export function completeJson(cut: string, model: JsonValue): string | undefined {
  const result = value(cut, skipBlanks(cut, 0), model)
  switch (result.type) {
    case 'closed':
      return cut.slice(result.at).trim() === '' ? '' : undefined
    case 'rest':
      return result.text
    case 'no-fit':
      return undefined
  }
}

type Result =
  /** A value that is whole in the cut text, and where it ends. */
  | { type: 'closed'; at: number }
  /** The text was cut within this value; this is missing. */
  | { type: 'rest'; text: string }
  | { type: 'no-fit' }

const noFit: Result = { type: 'no-fit' }
const rest = (text: string): Result => ({ type: 'rest', text })

/** Of a value that is whole in the cut text, `model` is not asked. */
function value(cut: string, at: number, model: JsonValue | undefined): Result {
  if (at >= cut.length) return model === undefined ? noFit : rest(exactText(model))
  switch (cut[at]) {
    case '{':
      return object(cut, at + 1, model)
    case '[':
      return array(cut, at + 1, model)
    case '"':
      return string(cut, at, model)
    default:
      return scalar(cut, at, model)
  }
}

function object(cut: string, from: number, model: JsonValue | undefined): Result {
  const wanted = membersOf(model)
  let at = skipBlanks(cut, from)
  if (cut[at] === '}') return { type: 'closed', at: at + 1 }
  for (let isFirst = true; ; isFirst = false) {
    if (at >= cut.length) return isFirst && isObject(model) ? rest(writeMembers(wanted)) : nextMember(wanted)
    const key = stringAt(cut, at)
    if (key === undefined) return cutKey(cut.slice(at), wanted)
    const member = wanted.get(key.text)
    wanted.delete(key.text)
    const colon = skipBlanks(cut, key.end)
    const result = colon < cut.length ? value(cut, skipBlanks(cut, colon + 1), member) : withColon(member)
    if (result.type !== 'closed') return result.type === 'rest' ? rest(result.text + writeAfter(wanted)) : noFit
    at = skipBlanks(cut, result.at)
    if (cut[at] === '}') return { type: 'closed', at: at + 1 }
    if (at >= cut.length) return isObject(model) ? rest(writeAfter(wanted)) : noFit
    if (cut[at] !== ',') return noFit
    at = skipBlanks(cut, at + 1)
  }
}

type Members = Map<string, JsonValue>

/** In order, under their keys as they are meant (exact-json.ts marks some). */
function membersOf(model: JsonValue | undefined): Members {
  const entries = isObject(model) ? Object.entries(model) : []
  return new Map(entries.map(([key, member]) => [objectKey(key), member]))
}

function objectKey(key: string): string {
  const plain: unknown = JSON.parse(exactText(key))
  return typeof plain === 'string' ? plain : key
}

const withColon = (member: JsonValue | undefined): Result =>
  member === undefined ? noFit : rest(`:${exactText(member)}`)

/** Behind a comma another member has to follow. */
const nextMember = (wanted: Members): Result => (wanted.size === 0 ? noFit : rest(writeMembers(wanted)))

/** A key that was cut: the first one that begins so. */
function cutKey(begun: string, wanted: Members): Result {
  for (const [key, member] of wanted) {
    const ending = stringRest(begun, key)
    if (ending === undefined) continue
    wanted.delete(key)
    return rest(`${ending}:${exactText(member)}${writeAfter(wanted)}`)
  }
  return noFit
}

/** What is not there yet, and the end of the object. */
function writeMembers(wanted: Members): string {
  return `${[...wanted].map(([key, member]) => `${JSON.stringify(key)}:${exactText(member)}`).join(',')}}`
}

/** The same behind a member. */
function writeAfter(wanted: Members): string {
  return wanted.size === 0 ? '}' : `,${writeMembers(wanted)}`
}

function array(cut: string, from: number, model: JsonValue | undefined): Result {
  const wanted = Array.isArray(model) ? model : []
  let at = skipBlanks(cut, from)
  if (cut[at] === ']') return { type: 'closed', at: at + 1 }
  for (let index = 0; ; index += 1) {
    if (at >= cut.length && index === 0) return Array.isArray(model) ? rest(`${writeItems(wanted)}]`) : noFit
    const result = value(cut, at, wanted[index])
    const left = wanted.slice(index + 1)
    const ending = left.length === 0 ? ']' : `,${writeItems(left)}]`
    if (result.type !== 'closed') return result.type === 'rest' ? rest(result.text + ending) : noFit
    at = skipBlanks(cut, result.at)
    if (cut[at] === ']') return { type: 'closed', at: at + 1 }
    if (at >= cut.length) return Array.isArray(model) ? rest(ending) : noFit
    if (cut[at] !== ',') return noFit
    at = skipBlanks(cut, at + 1)
  }
}

const writeItems = (items: readonly JsonValue[]): string => items.map(exactText).join(',')

function string(cut: string, at: number, model: JsonValue | undefined): Result {
  const whole = stringAt(cut, at)
  if (whole) return { type: 'closed', at: whole.end }
  const ending =
    typeof model === 'string' && exactNumber(model) === undefined ? stringRest(cut.slice(at), model) : undefined
  return ending === undefined ? noFit : rest(ending)
}

/** A number, `true`, `false` or `null`; one at the very end may be cut. */
function scalar(cut: string, at: number, model: JsonValue | undefined): Result {
  const [text = ''] = /^[\w+.-]*/.exec(cut.slice(at)) ?? []
  if (text === '') return noFit
  if (at + text.length < cut.length) return { type: 'closed', at: at + text.length }
  const wanted = model === undefined || isObject(model) || Array.isArray(model) ? '' : exactText(model)
  return wanted.startsWith(text) ? rest(wanted.slice(text.length)) : noFit
}

/** The string literal that begins here, if it also ends. */
function stringAt(cut: string, at: number): { text: string; end: number } | undefined {
  const literal = /^"(?:[^"\\]|\\.)*"/.exec(cut.slice(at))?.[0]
  if (literal === undefined) return undefined
  try {
    const text: unknown = JSON.parse(literal)
    return typeof text === 'string' ? { text, end: at + literal.length } : undefined
  } catch {
    return undefined
  }
}

/** What ends the string literal that `begun` (with its quote) begins, so that it says `whole`; `undefined` when it begins otherwise. */
function stringRest(begun: string, whole: string): string | undefined {
  // An escape may be cut too: `\`, `\u`, `\u00e`.
  const [, clean = '', escape = ''] =
    /^"((?:[^\\]|\\[^u]|\\u[0-9a-fA-F]{4})*)(\\(?:u[0-9a-fA-F]{0,3})?)?$/.exec(begun) ?? []
  const text = stringAt(`"${clean}"`, 0)?.text
  if (begun === '' || text === undefined || !whole.startsWith(text)) return undefined
  const left = whole.slice(text.length)
  if (escape === '') return exactText(left).slice(1)
  return escapeRest(escape, left)
}

function escapeRest(escape: string, left: string): string | undefined {
  const first = left.charAt(0)
  if (first === '') return undefined
  const short = JSON.stringify(first).slice(1, -1)
  const long = `\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}`
  const form = [short, long].find(
    (candidate) => candidate.startsWith('\\') && candidate.startsWith(escape.toLowerCase()),
  )
  return form === undefined ? undefined : form.slice(escape.length) + exactText(left.slice(1)).slice(1)
}

function skipBlanks(cut: string, from: number): number {
  let at = from
  while (at < cut.length && ' \t\r\n'.includes(cut.charAt(at))) at += 1
  return at
}

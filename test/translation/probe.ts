/** What becomes of a request on its way to a target: found out by sending it there, with and without the thing in question. */
import { warnOfExtras } from '../../src/context/adapt/extras.ts'
import { imageUrlsOf } from '../../src/context/adapt/showable.ts'
import { thinkOf } from '../../src/dialects/ollama/think.ts'
import { clientDialects, targetDialects } from '../../src/dialects/registry.ts'
import { isObject, objectOf, type JsonObject, type JsonValue } from '../../src/ir/json.ts'
import { prepareForCloud, prepareForLocal } from '../../src/exchange/translate/prepare.ts'
import type { ChatRequest, DialectName, Warn } from '../../src/ir/request.ts'

/** Short words, as the table prints them. */
export type Fate =
  | 'mapped'
  | 'told in words'
  | 'left out, said'
  | 'left out'
  | 'its own only'
  | 'not sent'
  | 'asked again'

export const base: Readonly<Record<DialectName, JsonObject>> = {
  anthropic: { model: 'gpt-5.4', max_tokens: 5000, messages: [{ role: 'user', content: 'Hi' }] },
  'openai-chat': { model: 'gpt-5.4', messages: [{ role: 'user', content: 'Hi' }] },
  'openai-responses': { model: 'gpt-5.4', input: 'Hi' },
  ollama: { model: 'gpt-5.4', messages: [{ role: 'user', content: 'Hi' }] },
}

interface Sent {
  wire: string
  warnings: string[]
  /** Something of the conversation was replaced by words. */
  isReplaced: boolean
}

function send(from: DialectName, to: DialectName, body: JsonObject): Sent {
  const warnings: string[] = []
  let isReplaced = false
  const warn = (what: string, content?: string): void => {
    warnings.push(what)
    isReplaced ||= content !== undefined
  }
  const decoded = clientDialects[from].decodeRequest(body)
  warnOfExtras(decoded, to, warn)
  const request = prepared(decoded, to, warn)
  const think = to === 'ollama' ? thinkOf(decoded.reasoning, 'on-off') : undefined
  const extras =
    think === undefined ? request.extras : { ...request.extras, ollama: { ...request.extras.ollama, think } }
  const wire = targetDialects[to].encodeRequest({ ...request, extras, stream: true }, warn)
  return { wire: JSON.stringify(wire), warnings, isReplaced }
}

function prepared(request: ChatRequest, dialect: DialectName, warn: Warn): ChatRequest {
  if (dialect !== 'ollama') return prepareForCloud(request, { kind: 'cloud', dialect }, warn)
  const fetched = new Map(imageUrlsOf(request).map((url) => [url, { mediaType: 'image/png', base64: 'AA==' }]))
  return prepareForLocal(request, { kind: 'local', dialect }, { tools: true, vision: true }, fetched, warn)
}

export function fateOf(from: DialectName, to: DialectName, { bare, whole }: Tried): Fate {
  const [before, after] = [send(from, to, bare), send(from, to, whole)]
  if (after.isReplaced) return 'told in words'
  if (after.wire !== before.wire) return 'mapped'
  return after.warnings.length > before.warnings.length ? 'left out, said' : 'left out'
}

/** A request without and with the thing in question. */
export interface Tried {
  bare: JsonObject
  whole: JsonObject
}

/** Marks the thing in question, for {@link tried}. */
export const probe = (part: JsonObject): JsonObject => ({ ...part, [mark]: true })
const mark = 'in question'

export const tried = (body: JsonObject): Tried => ({ bare: objectOf(without(body)), whole: objectOf(unmarked(body)) })

const isProbe = (value: JsonValue): boolean => isObject(value) && value[mark] === true

function without(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.filter((item) => !isProbe(item)).map(without)
  return isObject(value) ? mapped(value, without) : value
}

function unmarked(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(unmarked)
  if (!isObject(value)) return value
  const { [mark]: _, ...rest } = value
  return mapped(rest, unmarked)
}

const mapped = (object: JsonObject, change: (value: JsonValue) => JsonValue): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))

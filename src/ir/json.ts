/** JSON as a type, and the narrow questions that decoders ask of JSON they did not write. */
import { exactNumber } from './exact-json.ts'

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

/** Parses text; `undefined` when it is no JSON. Never throws. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at `value`, or an empty one: for optional branches of a wire format. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {}
}

export function arrayOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : []
}

export function stringOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A short plain word, as types and kinds are; anything else a client wrote there is `unknown`, so that it may stand in a log line. */
export function wordOf(value: JsonValue | undefined): string {
  return typeof value === 'string' && /^[\w./+-]{1,40}$/.test(value) ? value : 'unknown'
}

export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'string') return exactNumber(value)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function booleanOf(value: JsonValue | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** A copy without the keys whose value is `undefined`, so that optional fields can be written inline. */
export function compact(fields: Record<string, JsonValue | undefined>): JsonObject {
  const object: JsonObject = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) object[key] = value
  }
  return object
}

/** The same for IR fields: keys whose value is `undefined` are absent, so that the result fits optional properties exactly. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  // Ten times as fast as by way of a list of entries.
  for (const key in fields) {
    const value = fields[key]
    if (isDefined(value)) present[key] = value
  }
  return present
}

function isDefined<V>(value: V): value is Exclude<V, undefined> {
  return value !== undefined
}

/** A copy of `object` with only the keys not in `modelled`: what a decoder carries without understanding it. */
export function without(object: JsonObject, modelled: ReadonlySet<string>): JsonObject {
  const rest: JsonObject = {}
  for (const [key, value] of Object.entries(object)) if (!modelled.has(key)) rest[key] = value
  return rest
}

/** A copy of `object` with only these keys. */
export function only(object: JsonObject, keys: ReadonlySet<string>): JsonObject {
  const some: JsonObject = {}
  for (const [key, value] of Object.entries(object)) if (keys.has(key)) some[key] = value
  return some
}

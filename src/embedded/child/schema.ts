/**
 * JSON schemas -> the subset that the library makes grammars of (local-engines.md 4.2). What it has no word for is left open: an answer
 * may then be wider than the schema, never without what the schema requires.
 */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { GrammarSchema, GrammarSchemas, Scalar, ScalarType } from './library.ts'

/** Anything that JSON can say, for which the library has no word. */
const anything: GrammarSchema = { $ref: '#/$defs/anything' }
const anythingItself: GrammarSchema = {
  oneOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    { type: 'array', items: anything },
    { type: 'object', additionalProperties: anything },
  ],
}

/**
 * The library makes every property required. In a call's arguments an optional one may therefore be null, which {@link withoutNulls} takes
 * out again; a JSON answer is streamed as it comes, so there it is always written, or never where that would have no end.
 */
type Purpose = 'calls' | 'answer'

export function grammarSchema(schema: JsonObject, purpose: Purpose): GrammarSchema {
  const reader = new SchemaReader(schema, purpose)
  const top = reader.read(schema, [])
  const $defs = reader.definitions()
  return Object.keys($defs).length === 0 ? top : { ...top, $defs }
}

class SchemaReader {
  readonly #root: JsonObject
  readonly #purpose: Purpose
  /** By the reference as it is written; the names are ours. */
  readonly #defined = new Map<string, { name: string; schema: GrammarSchema }>()
  #isOpen = false

  constructor(root: JsonObject, purpose: Purpose) {
    this.#root = root
    this.#purpose = purpose
  }

  definitions(): GrammarSchemas {
    const own = [...this.#defined.values()].map(({ name, schema }) => [name, schema] as const)
    return Object.fromEntries(this.#isOpen ? [...own, ['anything', anythingItself] as const] : own)
  }

  /** `path`: the references that led here. */
  read(value: JsonValue | undefined, path: readonly string[]): GrammarSchema {
    const schema = merged(objectOf(value))
    const description = stringOf(schema['description'])
    return { ...this.#readBare(schema, path), ...(description === undefined ? {} : { description }) }
  }

  #readBare(schema: JsonObject, path: readonly string[]): GrammarSchema {
    const reference = stringOf(schema['$ref'])
    if (reference !== undefined) return this.#refer(reference, path)
    const only = schema['const']
    if (only !== undefined) return isScalar(only) ? { const: only } : this.#anything()
    const choices = schema['enum']
    if (Array.isArray(choices))
      return choices.length > 0 && choices.every(isScalar) ? { enum: choices } : this.#anything()
    const options = [...arrayOf(schema['anyOf']), ...arrayOf(schema['oneOf'])]
    if (options.length > 0) return { oneOf: options.map((option) => this.read(option, path)) }
    const type = schema['type'] ?? impliedType(schema)
    if (!Array.isArray(type)) return this.#readType(type, schema, path)
    return type.every(isScalarType) ? { type } : { oneOf: type.map((word) => this.#readType(word, schema, path)) }
  }

  #readType(type: JsonValue | undefined, schema: JsonObject, path: readonly string[]): GrammarSchema {
    if (type === 'object') return this.#readObject(schema, path)
    if (type === 'array') return this.#readArray(schema, path)
    if (type !== 'string') return isScalarType(type) ? { type } : this.#anything()
    const format = schema['format']
    if (format === 'date' || format === 'time' || format === 'date-time') return { type, format }
    return { type, ...numbers(schema, ['minLength', 'maxLength']) }
  }

  #readArray(schema: JsonObject, path: readonly string[]): GrammarSchema {
    const { items, prefixItems } = schema
    return {
      type: 'array',
      items: isObject(items) ? this.read(items, path) : this.#anything(),
      ...(Array.isArray(prefixItems) ? { prefixItems: prefixItems.map((item) => this.read(item, path)) } : {}),
      ...numbers(schema, ['minItems', 'maxItems']),
    }
  }

  #readObject(schema: JsonObject, path: readonly string[]): GrammarSchema {
    const required = arrayOf(schema['required'])
    const properties: Record<string, GrammarSchema> = {}
    for (const [name, property] of Object.entries(objectOf(schema['properties']))) {
      if (required.includes(name)) properties[name] = this.read(property, path)
      else if (this.#purpose === 'calls') properties[name] = { oneOf: [this.read(property, path), { type: 'null' }] }
      else if (!this.#returns(property, path, new Set())) properties[name] = this.read(property, path)
    }
    const more = schema['additionalProperties']
    const isOpen = more === true || isObject(more) || (more === undefined && Object.keys(properties).length === 0)
    return {
      type: 'object',
      properties,
      ...(isOpen ? { additionalProperties: isObject(more) ? this.read(more, path) : this.#anything() } : {}),
      ...numbers(schema, ['minProperties', 'maxProperties']),
    }
  }

  /** What it refers to leads back to where it stands, so that filling it in might never end. */
  #returns(value: JsonValue, path: readonly string[], seen: Set<string>): boolean {
    if (Array.isArray(value)) return value.some((entry) => this.#returns(entry, path, seen))
    if (!isObject(value)) return false
    const reference = stringOf(value['$ref'])
    if (reference !== undefined && !seen.has(reference)) {
      seen.add(reference)
      if (reference === '#' || path.includes(reference)) return true
      if (this.#returns(this.#resolve(reference), path, seen)) return true
    }
    return Object.values(value).some((entry) => this.#returns(entry, path, seen))
  }

  #refer(reference: string, path: readonly string[]): GrammarSchema {
    const known = this.#defined.get(reference)
    if (known) return { $ref: `#/$defs/${known.name}` }
    const target = this.#resolve(reference)
    if (Object.keys(target).length === 0) return this.#anything()
    const entry = { name: `d${this.#defined.size}`, schema: anything }
    this.#defined.set(reference, entry)
    entry.schema = this.read(target, [...path, reference])
    return { $ref: `#/$defs/${entry.name}` }
  }

  /** `#`, `#/$defs/Name`, `#/definitions/Name`; any other reference leads nowhere. */
  #resolve(reference: string): JsonObject {
    const [start, ...steps] = reference.split('/')
    let found: JsonValue | undefined = start === '#' ? this.#root : undefined
    for (const step of steps) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
      found = Object.hasOwn(objectOf(found), key) ? objectOf(found)[key] : undefined
    }
    return objectOf(found)
  }

  #anything(): GrammarSchema {
    this.#isOpen = true
    return anything
  }
}

/** `allOf` of objects is one object with the properties of all. */
function merged(schema: JsonObject): JsonObject {
  const { allOf, ...own } = schema
  return arrayOf(allOf)
    .map(objectOf)
    .reduce<JsonObject>(
      (all, part) => ({
        ...all,
        ...part,
        properties: { ...objectOf(all['properties']), ...objectOf(part['properties']) },
        required: [...arrayOf(all['required']), ...arrayOf(part['required'])],
      }),
      own,
    )
}

function impliedType(schema: JsonObject): JsonValue | undefined {
  if ('properties' in schema || 'additionalProperties' in schema) return 'object'
  return 'items' in schema ? 'array' : undefined
}

function isScalar(value: JsonValue): value is Scalar {
  return value === null || typeof value !== 'object'
}

function isScalarType(word: JsonValue | undefined): word is ScalarType {
  return word === 'string' || word === 'number' || word === 'integer' || word === 'boolean' || word === 'null'
}

function numbers<K extends string>(schema: JsonObject, keys: readonly K[]): { [N in K]?: number } {
  const found: { [N in K]?: number } = {}
  for (const key of keys) {
    const value = schema[key]
    if (typeof value === 'number') found[key] = value
  }
  return found
}

/** Arguments as the tool's schema means them: an optional property that is null was left out by the model. */
export function withoutNulls(value: unknown, schema: JsonValue | undefined): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutNulls(entry, objectOf(schema)['items']))
  if (typeof value !== 'object' || value === null) return value
  const { properties, required } = merged(objectOf(schema))
  const kept = Object.entries(value).filter(([name, entry]) => {
    const isOptional = Object.hasOwn(objectOf(properties), name) && !arrayOf(required).includes(name)
    return entry !== null || !isOptional || allowsNull(objectOf(properties)[name])
  })
  return Object.fromEntries(kept.map(([name, entry]) => [name, withoutNulls(entry, objectOf(properties)[name])]))
}

function allowsNull(value: JsonValue | undefined): boolean {
  const { type, anyOf, oneOf, enum: choices, const: only } = objectOf(value)
  const options = [...arrayOf(anyOf), ...arrayOf(oneOf)]
  const types = [type, ...arrayOf(type)]
  return types.includes('null') || arrayOf(choices).includes(null) || only === null || options.some(allowsNull)
}

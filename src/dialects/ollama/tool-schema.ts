/**
 * Ollama re-serialises a tool's schema and keeps few keywords (local-engines.md 1.7): references are resolved here, what has
 * another spelling is respelt, limits go into the description, and what is lost all the same is said.
 */
import { exactText } from '../../ir/exact-json.ts'
import { arrayOf, compact, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Warn } from '../../ir/request.ts'

type Fate = 'kept' | 'needless' | 'said'

/**
 * What becomes of a keyword. `kept`: Ollama keeps it of a property. `needless`: of no use to a model that only has to fill in values.
 * `said`: in words, as the model can keep to it all the same.
 */
const fates = new Map<string, Fate>([
  ...fateOf('kept', 'type enum required description'),
  ...fateOf('needless', '$schema $id $comment $defs definitions title deprecated readOnly writeOnly'),
  ...fateOf(
    'said',
    'default format pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems ' +
      'uniqueItems minProperties maxProperties examples',
  ),
])

function fateOf(fate: Fate, keywords: string): [string, Fate][] {
  return keywords.split(' ').map((keyword) => [keyword, fate])
}

/** What refers to itself is told once more inside itself: a model sees then how it goes on. */
const mostRepeats = 2
/** Beyond these a schema is no use to a small model, and may be meant to fill the memory. */
const deepest = 40
const mostParts = 5000

export function reduceSchema(schema: JsonObject, warn: Warn): JsonObject {
  const reduced = new SchemaReducer(schema, warn).reduce(schema, [])
  return { type: 'object', ...withoutAlternatives(reduced, warn) }
}

/** Ollama knows alternatives for a property, and none for the whole: they become one object with the properties of all. */
function withoutAlternatives({ anyOf, ...own }: JsonObject, warn: Warn): JsonObject {
  if (anyOf === undefined) return own
  warn("the alternatives in a tool's schema are told as one on Ollama")
  const all = [...arrayOf(anyOf).map(objectOf), own].map(({ properties }) => objectOf(properties))
  return { ...own, properties: all.reduce<JsonObject>((sum, one) => ({ ...sum, ...one }), {}) }
}

class SchemaReducer {
  readonly #root: JsonObject
  readonly #warn: Warn
  #parts = 0

  constructor(root: JsonObject, warn: Warn) {
    this.#root = root
    this.#warn = warn
  }

  /** `path` is what led here: references as they are written, and an empty text for each step into a part. */
  reduce(schema: JsonObject, path: readonly string[]): JsonObject {
    this.#parts += 1
    const reference = stringOf(schema['$ref'])
    if (this.#isTooMuch(path, reference)) {
      this.#warn("a tool's schema goes too deep and was cut")
      return {}
    }
    if (reference !== undefined) {
      const { $ref: _, ...beside } = schema
      return this.reduce({ ...this.#resolve(reference), ...beside }, [...path, reference])
    }
    const reduced: JsonObject = {}
    const words: string[] = []
    const inside = [...path, '']
    const whole = this.#merged(schema)
    for (const key in whole) {
      const value = whole[key]
      if (value !== undefined) this.#keep(key, value, inside, reduced, words)
    }
    if (words.length > 0)
      reduced['description'] = [stringOf(reduced['description']) ?? '', `(${words.join(', ')})`].join(' ').trim()
    return reduced
  }

  #isTooMuch(path: readonly string[], reference: string | undefined): boolean {
    const repeats = reference === undefined ? 0 : path.filter((step) => step === reference).length
    return repeats >= mostRepeats || path.length > deepest || this.#parts > mostParts
  }

  #keep(key: string, value: JsonValue, path: readonly string[], reduced: JsonObject, words: string[]): void {
    switch (fates.get(key)) {
      case 'kept':
        reduced[key] = value
        return
      case 'said':
        words.push(`${key}: ${exactText(value)}`)
        return
      case 'needless':
        return
      case undefined:
        this.#keepPart(key, value, path, reduced)
    }
  }

  #keepPart(key: string, value: JsonValue, path: readonly string[], reduced: JsonObject): void {
    if (key === 'properties') reduced['properties'] = this.#each(objectOf(value), path)
    else if (key === 'items' && isObject(value)) reduced['items'] = this.reduce(value, path)
    else if (key === 'anyOf' || key === 'oneOf')
      reduced['anyOf'] = arrayOf(value).map((option) => this.reduce(objectOf(option), path))
    else if (key === 'const') reduced['enum'] = [value]
    else if (key !== 'additionalProperties' || typeof value !== 'boolean')
      this.#warn(`the keyword '${/^[$\w-]{1,40}$/.test(key) ? key : 'unknown'}' in a tool's schema is lost on Ollama`)
  }

  #each(properties: JsonObject, path: readonly string[]): JsonObject {
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, this.reduce(objectOf(property), path)]),
    )
  }

  /** `#`, `#/$defs/Name` and their like; any other reference is lost. */
  #resolve(reference: string): JsonObject {
    const [start, ...steps] = reference.split('/').map(readStep)
    let found: JsonValue | undefined = start === '#' ? this.#root : undefined
    for (const step of steps) found = Object.hasOwn(objectOf(found), step) ? objectOf(found)[step] : undefined
    if (!isObject(found)) this.#warn("a reference in a tool's schema leads nowhere")
    return objectOf(found)
  }

  /** `allOf` of objects is one object with the properties of all. */
  #merged(schema: JsonObject): JsonObject {
    if (!Array.isArray(schema['allOf'])) return schema
    const { allOf, ...own } = schema
    return allOf.map(objectOf).reduce<JsonObject>((all, part) => {
      const reference = stringOf(part['$ref'])
      const one = reference === undefined ? part : this.#resolve(reference)
      const properties = { ...objectOf(all['properties']), ...objectOf(one['properties']) }
      const required = [...arrayOf(all['required']), ...arrayOf(one['required'])]
      return {
        ...all,
        ...one,
        ...compact({ properties: some(properties), required: required.length > 0 ? required : undefined }),
      }
    }, own)
  }
}

/** A step of a JSON pointer inside a URL (RFC 6901 6). */
function readStep(step: string): string {
  const text = /^([^%]|%[0-7][\da-f])*$/i.test(step) ? decodeURIComponent(step) : step
  return text.replaceAll('~1', '/').replaceAll('~0', '~')
}

function some(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object
}

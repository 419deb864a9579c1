/**
 * Ollama re-serialises a tool's schema and keeps few keywords (local-engines.md 1.7): references are resolved here, what has
 * another spelling is respelt, limits go into the description, and what is lost all the same is said.
 */
import { exactText } from '../../ir/exact-json.ts'
import { arrayOf, compact, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Warn } from '../../ir/request.ts'

/** What Ollama keeps of a property. */
const kept = new Set(['type', 'enum', 'required', 'description'])
/** Of no use to a model that only has to fill in values. */
const needless = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'deprecated',
  'readOnly',
  'writeOnly',
])
/** Said in words: the model can keep to them all the same. */
const limits = new Set(
  (
    'default format pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems ' +
    'uniqueItems minProperties maxProperties examples'
  ).split(' '),
)
/** A reference inside what it refers to is followed so far. */
const deepest = 8

export function reduceSchema(schema: JsonObject, warn: Warn): JsonObject {
  const reducer = new SchemaReducer(schema, warn)
  return { type: 'object', ...reducer.reduce(schema, 0) }
}

class SchemaReducer {
  readonly #root: JsonObject
  readonly #warn: Warn

  constructor(root: JsonObject, warn: Warn) {
    this.#root = root
    this.#warn = warn
  }

  reduce(schema: JsonObject, depth: number): JsonObject {
    if (depth > deepest) return {}
    const reference = stringOf(schema['$ref'])
    if (reference !== undefined) {
      const { $ref: _, ...beside } = schema
      return this.reduce({ ...this.#resolve(reference), ...beside }, depth + 1)
    }
    const reduced: JsonObject = {}
    const words: string[] = []
    for (const [key, value] of Object.entries(this.#merged(schema))) this.#keep(key, value, depth, reduced, words)
    if (words.length > 0)
      reduced['description'] = [stringOf(reduced['description']) ?? '', `(${words.join(', ')})`].join(' ').trim()
    return reduced
  }

  #keep(key: string, value: JsonValue, depth: number, reduced: JsonObject, words: string[]): void {
    if (kept.has(key)) reduced[key] = value
    else if (key === 'const') reduced['enum'] = [value]
    else if (key === 'properties') reduced['properties'] = this.#each(objectOf(value), depth)
    else if (key === 'items' && isObject(value)) reduced['items'] = this.reduce(value, depth + 1)
    else if (key === 'anyOf' || key === 'oneOf')
      reduced['anyOf'] = arrayOf(value).map((option) => this.reduce(objectOf(option), depth + 1))
    else if (limits.has(key)) words.push(`${key}: ${exactText(value)}`)
    else if (!needless.has(key) && !(key === 'additionalProperties' && typeof value === 'boolean'))
      this.#warn(`the keyword '${/^[$\w-]{1,40}$/.test(key) ? key : 'unknown'}' in a tool's schema is lost on Ollama`)
  }

  #each(properties: JsonObject, depth: number): JsonObject {
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, this.reduce(objectOf(property), depth + 1)]),
    )
  }

  /** `#/$defs/Name` and its like; any other reference is lost. */
  #resolve(reference: string): JsonObject {
    const path = reference.startsWith('#/') ? reference.slice(2).split('/') : []
    let found: JsonValue | undefined = path.length === 0 ? undefined : this.#root
    for (const step of path) found = objectOf(found)[step.replaceAll('~1', '/').replaceAll('~0', '~')]
    if (!isObject(found)) this.#warn("a reference in a tool's schema leads nowhere")
    return objectOf(found)
  }

  /** `allOf` of objects is one object with the properties of all. */
  #merged(schema: JsonObject): JsonObject {
    const { allOf, ...own } = schema
    if (!Array.isArray(allOf)) return schema
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

function some(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object
}

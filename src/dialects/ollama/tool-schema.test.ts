import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../ir/json.ts'
import { reduceSchema } from './tool-schema.ts'

/** A schema as Ollama is sent it, and what is said of the loss. */
function reduce(schema: JsonObject): { schema: JsonObject; said: string[] } {
  const said: string[] = []
  return { schema: reduceSchema(schema, (what) => said.push(what)), said }
}
const property = (schema: JsonObject, rest: JsonObject = {}) =>
  reduce({ type: 'object', properties: { p: schema }, ...rest })

describe("a tool's schema on its way to Ollama", () => {
  it('is always an object, also where it says nothing', () => {
    expect(reduce({})).toEqual({ schema: { type: 'object' }, said: [] })
  })

  it('keeps what Ollama keeps, however deep', () => {
    const schema = {
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'object', properties: { unit: { type: 'string', enum: ['C', 'F'] } } } },
        maybe: { type: ['string', 'null'], description: 'Perhaps.' },
      },
      required: ['list'],
    }
    expect(reduce(schema)).toEqual({ schema, said: [] })
  })

  it('drops without a word what no model needs', () => {
    const { schema, said } = reduce({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Weather',
      type: 'object',
      properties: { p: { title: 'P', type: 'string' } },
      additionalProperties: false,
      $defs: { Unused: {} },
    })
    expect(schema).toEqual({ type: 'object', properties: { p: { type: 'string' } } })
    expect(said).toEqual([])
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['a constant is a choice of one', { const: 'x' }, { enum: ['x'] }],
    [
      'one of several is any of them',
      { oneOf: [{ type: 'string' }, { const: 1 }] },
      { anyOf: [{ type: 'string' }, { enum: [1] }] },
    ],
    [
      'limits are told in words, beside the words that there are',
      { type: 'integer', description: 'How many.', minimum: 1, maximum: 9_007_199_254_740_991 },
      { type: 'integer', description: 'How many. (minimum: 1, maximum: 9007199254740991)' },
    ],
    [
      'all of several objects is one with the properties of all',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'number' } }, required: ['b'] },
        ],
      },
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a', 'b'] },
    ],
  ])('says in its words what Ollama would drop: %s', (_what, given, expected) => {
    expect(property(given)).toEqual({ schema: { type: 'object', properties: { p: expected } }, said: [] })
  })

  it.each<[string, string, JsonObject]>([
    ['#/$defs/City', '$defs', { City: { type: 'string', description: 'A city.' } }],
    ['#/definitions/City', 'definitions', { City: { type: 'string', description: 'A city.' } }],
    ['#/$defs/a~1b~0c', '$defs', { 'a/b~c': { type: 'string', description: 'A city.' } }],
    ['#/$defs/Page%5BCity%5D', '$defs', { 'Page[City]': { type: 'string', description: 'A city.' } }],
  ])('has its references resolved: %s', ($ref, key, definitions) => {
    const { schema, said } = property({ $ref, description: 'The capital.' }, { [key]: definitions })
    expect(schema).toEqual({ type: 'object', properties: { p: { type: 'string', description: 'The capital.' } } })
    expect(said).toEqual([])
  })

  it('says of a reference that it leads nowhere', () => {
    for (const $ref of ['#/$defs/Nobody', 'https://x.example/schema.json', '#/%', '#/$defs/__proto__'])
      expect(property({ $ref })).toMatchObject({
        schema: { properties: { p: {} } },
        said: [expect.stringContaining('leads nowhere')],
      })
  })

  it('may hold itself, and is told as far as that helps', () => {
    const tree = { type: 'object', properties: { left: { $ref: '#/$defs/Tree' }, right: { $ref: '#/$defs/Tree' } } }
    const { schema, said } = property({ $ref: '#/$defs/Tree' }, { $defs: { Tree: tree } })
    expect(schema).toMatchObject({ properties: { p: { properties: { left: { properties: { left: {} } } } } } })
    expect(new Set(said)).toEqual(new Set([expect.stringContaining('too deep')]))
    const itself = reduce({ type: 'object', properties: { child: { $ref: '#' } } })
    expect(itself.schema).toMatchObject({ properties: { child: { properties: { child: { type: 'object' } } } } })
  })

  it('that holds itself in many places is no way to fill the memory', () => {
    const names = Array.from({ length: 30 }, (_, at) => `n${at}`)
    const properties = Object.fromEntries(names.map((name) => [name, { $ref: '#/$defs/Node' }]))
    const { schema } = property({ $ref: '#/$defs/Node' }, { $defs: { Node: { type: 'object', properties } } })
    expect(JSON.stringify(schema).length).toBeLessThan(2_000_000)
  })

  it('with alternatives for the whole has the properties of all, as Ollama knows no others there', () => {
    const { schema, said } = reduce({
      anyOf: [
        { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        { type: 'object', properties: { lat: { type: 'number' } }, required: ['lat'] },
      ],
    })
    expect(schema).toEqual({ type: 'object', properties: { city: { type: 'string' }, lat: { type: 'number' } } })
    expect(said).toEqual([expect.stringContaining('alternatives')])
  })

  it('says which keyword is lost, and nothing that a stranger wrote in its place', () => {
    expect(property({ type: 'object', patternProperties: {}, 'not a\nword': 1 }).said).toEqual([
      expect.stringContaining("'patternProperties'"),
      expect.stringContaining("'unknown'"),
    ])
    expect(property({ type: 'object', additionalProperties: { type: 'string' } }).said).toHaveLength(1)
  })
})

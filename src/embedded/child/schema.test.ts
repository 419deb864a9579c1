import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../ir/json.ts'
import { grammarSchema, withoutNulls } from './schema.ts'

const text = { type: 'string' }

describe('a schema', () => {
  it.each<[string, JsonObject, object]>([
    ['of basic types stays', { type: ['string', 'null'] }, { type: ['string', 'null'] }],
    [
      'keeps lengths, and drops what there is no word for',
      { type: 'string', maxLength: 3, pattern: 'x' },
      { type: 'string', maxLength: 3 },
    ],
    ['keeps a known format', { type: 'string', format: 'date' }, { type: 'string', format: 'date' }],
    ['of one value', { const: 1 }, { const: 1 }],
    ['of a choice', { enum: ['a', null] }, { enum: ['a', null] }],
    ['of alternatives', { anyOf: [text, { type: 'integer' }] }, { oneOf: [text, { type: 'integer' }] }],
    [
      'of several types with a composite one among them',
      { type: ['array', 'null'], items: text },
      { oneOf: [{ type: 'array', items: text }, { type: 'null' }] },
    ],
    [
      'that only implies its type',
      { properties: { a: text }, required: ['a'] },
      { type: 'object', properties: { a: text } },
    ],
    [
      'of several parts is one',
      {
        allOf: [
          { properties: { a: text }, required: ['a'] },
          { properties: { b: text }, required: ['b'] },
        ],
      },
      { type: 'object', properties: { a: text, b: text } },
    ],
  ])('%s', (_name, schema, expected) => {
    expect(grammarSchema(schema, 'answer')).toEqual(expected)
  })

  it('that says nothing allows anything', () => {
    expect(grammarSchema({}, 'answer')).toMatchObject({
      $ref: '#/$defs/anything',
      $defs: { anything: { oneOf: [{}, { type: 'array' }, { type: 'object' }] } },
    })
  })

  it('that refers to itself has an end: what is optional and leads back is left out of an answer', () => {
    const tree = { type: 'object', properties: { name: text, child: { $ref: '#/$defs/tree' } }, required: ['name'] }
    const schema = { $ref: '#/$defs/tree', $defs: { tree } }
    expect(grammarSchema(schema, 'answer')).toEqual({
      $ref: '#/$defs/d0',
      $defs: { d0: { type: 'object', properties: { name: text } } },
    })
    expect(grammarSchema(schema, 'calls')).toMatchObject({
      $defs: { d0: { properties: { child: { oneOf: [{ $ref: '#/$defs/d0' }, { type: 'null' }] } } } },
    })
  })
})

describe('the arguments of a call', () => {
  const schema = {
    type: 'object',
    properties: {
      city: text,
      days: { type: 'integer' },
      note: { type: ['string', 'null'] },
      parts: { type: 'array', items: { type: 'object', properties: { size: { type: 'integer' } } } },
    },
    required: ['city'],
  }

  it('may be null where the schema makes them optional', () => {
    expect(grammarSchema(schema, 'calls')).toMatchObject({
      properties: { city: text, days: { oneOf: [{ type: 'integer' }, { type: 'null' }] } },
    })
  })

  it('lose the nulls that only stand for something left out', () => {
    const given = { city: 'Bern', days: null, note: null, parts: [{ size: null }, { size: 2 }] }
    expect(withoutNulls(given, schema)).toEqual({ city: 'Bern', note: null, parts: [{}, { size: 2 }] })
  })
})

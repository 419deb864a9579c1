import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asksForStream, topLevelString, withTopLevelString } from './top-level.ts'

const read = (text: string, key = 'model'): string | undefined =>
  topLevelString(Buffer.from(text).toString('latin1'), key)

describe('topLevelString', () => {
  it.each<[string, string, string | undefined]>([
    ['the first key', '{"model":"claude-opus-5","stream":true}', 'claude-opus-5'],
    ['a later key', '{"stream":true,"model":"m"}', 'm'],
    ['pretty-printed JSON', '{\n  "stream": true,\n  "model" :\t"m"\r\n}', 'm'],
    ['a key behind nested ones of the same name', '{"a":{"model":"no"},"b":[{"model":"no"}],"model":"yes"}', 'yes'],
    [
      'a key behind a text that looks like it',
      '{"messages":[{"content":"\\"model\\":\\"no\\""}],"model":"yes"}',
      'yes',
    ],
    ['a text that ends in backslashes', '{"a":"x\\\\","model":"yes"}', 'yes'],
    ['brackets inside a text', '{"a":"}]{[","model":"yes"}', 'yes'],
    ['escapes in the value', '{"model":"a\\"b\\u00fc"}', 'a"bü'],
    ['a value of another kind', '{"model":7}', undefined],
    ['null', '{"model":null}', undefined],
    ['the key as a value', '{"a":"model"}', undefined],
    ['the key in a list', '["model","m"]', undefined],
    ['only a nested key', '{"a":{"model":"no"}}', undefined],
    ['nothing', '', undefined],
    ['text that is no JSON', 'model', undefined],
    ['a body that breaks off', '{"model":"cla', undefined],
    ['a body that breaks off at the colon', '{"model":', undefined],
  ])('reads %s', (_what, text, value) => {
    expect(read(text)).toBe(value)
  })

  it('agrees with a parser on any object', () => {
    const values = fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 3 }))
    const objects = fc.dictionary(fc.oneof(fc.constantFrom('model', 'a', 'b"'), fc.string()), values, { maxKeys: 5 })
    fc.assert(
      fc.property(objects, fc.constantFrom(undefined, 2), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent)
        const value = Object.hasOwn(object, 'model') ? object['model'] : undefined
        expect(read(text)).toBe(typeof value === 'string' ? value : undefined)
      }),
    )
  })

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        topLevelString(Buffer.from(bytes).toString('latin1'), 'model')
      }),
    )
  })
})

describe('asksForStream', () => {
  it.each<[string, boolean]>([
    ['{"stream":true}', true],
    ['{\n  "stream": true\n}', true],
    ['{"stream":false}', false],
    ['{"messages":[]}', false],
    [JSON.stringify({ text: '"stream":true' }), false],
  ])('%s: %s', (text, asks) => {
    expect(asksForStream(Buffer.from(text))).toBe(asks)
  })
})

describe('another string at a key of the top object', () => {
  const swap = (text: string): string => withTopLevelString(Buffer.from(text), 'model', 'new "é"').toString('utf8')

  it.each([
    ['{"model":"old","stream":true}', '{"model":"new \\"é\\"","stream":true}'],
    [
      '{ "a" : {"model":"x"}, "ü":"model", "model" : "ol\\"d" }',
      '{ "a" : {"model":"x"}, "ü":"model", "model" : "new \\"é\\"" }',
    ],
    ['{"model":"first","model":"last"}', '{"model":"first","model":"new \\"é\\""}'],
    ['{"model":1}', '{"model":1}'],
    ['{"messages":[{"model":"x"}]}', '{"messages":[{"model":"x"}]}'],
    ['no JSON', 'no JSON'],
  ])('%s', (text, expected) => {
    expect(swap(text)).toBe(expected)
  })
})

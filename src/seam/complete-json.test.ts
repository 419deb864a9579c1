import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExact } from '../ir/exact-json.ts'
import { completeJson } from './complete-json.ts'

/** `model` as a second one wrote it. */
function complete(cut: string, model: string): string | undefined {
  const value = parseExact(model)
  if (value === undefined) throw new Error('not JSON')
  const rest = completeJson(cut, value)
  return rest === undefined ? undefined : cut + rest
}

describe('finishing JSON that was cut', () => {
  it.each([
    ['', '{"a":1}', '{"a":1}'],
    ['{', '{"a":1,"b":[2]}', '{"a":1,"b":[2]}'],
    ['{"ci', '{"city":"Bern"}', '{"city":"Bern"}'],
    ['{"city"', '{"city":"Bern"}', '{"city":"Bern"}'],
    ['{"city": ', '{"city":"Bern"}', '{"city": "Bern"}'],
    ['{"city": "Be', '{"city":"Bern","days":3}', '{"city": "Bern","days":3}'],
    ['{"city": "Bern"', '{"city":"Oslo","days":3}', '{"city": "Bern","days":3}'],
    ['{"days": 3, "city": "Bern"', '{"city":"Oslo","days":4}', '{"days": 3, "city": "Bern"}'],
    ['{"n": 1', '{"n":12}', '{"n": 12}'],
    ['{"n": tr', '{"n":true}', '{"n": true}'],
    ['{"list": [1, {"a": "x', '{"list":[1,{"a":"xyz","b":2},3]}', '{"list": [1, {"a": "xyz","b":2},3]}'],
    ['{"list": [', '{"list":[]}', '{"list": []}'],
    ['{"path": "C:\\', '{"path":"C:\\\\temp"}', '{"path": "C:\\\\temp"}'],
    ['{"word": "caf\\u00', '{"word":"café"}', '{"word": "caf\\u00e9"}'],
    ['{"big": 1234', '{"big":12345678901234567890}', '{"big": 12345678901234567890}'],
    ['{"1": "a", ', '{"1":"b","2":"c"}', '{"1": "a", "2":"c"}'],
    ['{"a":1}', '{"b":2}', '{"a":1}'],
  ])('%s + %s', (cut, model, whole) => {
    expect(complete(cut, model)).toBe(whole)
  })

  it.each([
    ['a string that goes on otherwise', '{"city": "Be', '{"city":"Oslo"}'],
    ['a number that goes on otherwise', '{"n": 12', '{"n":3}'],
    ['a key that the other does not have', '{"town": ', '{"city":"Bern"}'],
    ['an object where the other has none', '{"a": {"b": 1', '{"a":5}'],
    ['a comma behind which nothing is left', '{"a": 1, ', '{"a":1}'],
    ['more items than the other has', '{"a": [1, ', '{"a":[1]}'],
    ['something behind the end', '{"a":1} x', '{"a":1}'],
    ['a number where the other has its digits as text', '{"n": "12', '{"n":12345678901234567890}'],
  ])('gives up on %s', (_case, cut, model) => {
    expect(complete(cut, model)).toBeUndefined()
  })

  it('restores any JSON that is cut anywhere', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (text, at) => {
        fc.pre(!text.includes('__proto__'))
        const cut = text.slice(0, at % (text.length + 1))
        const whole = complete(cut, text)
        expect(whole === undefined ? undefined : JSON.parse(whole)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('never gives anything but JSON that begins as it was cut, whatever the second model writes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.json({ maxDepth: 3 }), fc.nat(), (first, second, at) => {
        const cut = first.slice(0, at % (first.length + 1))
        const whole = complete(cut, second)
        if (whole !== undefined) expect(() => void JSON.parse(whole)).not.toThrow()
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactText, parseExact, strictText, takeExact, takeStrictBytes } from './exact-json.ts'
import { numberOf, objectOf } from './json.ts'
import { allAtOnce } from './steps.ts'

const passed = (text: string): string => exactText(parseExact(text) ?? null)

describe('JSON that passes through', () => {
  it.each([
    ['an integer above 2^53', '{"id":12345678901234567890,"n":-9007199254740993}'],
    ['more digits than a double has', '[0.12345678901234567890,1.0000000000000000001e300]'],
    ['keys that look like integers, in their order', '{"10":1,"2":2,"b":3,"1":4}'],
    ['such numbers and keys deep inside', '{"a":[{"7":[9007199254740993]}]}'],
    ['digits inside strings', '{"text":"call : 12345678901234567890, \\"1\\": 2"}'],
    ['numbers as they are', '{"a":1,"b":0.5,"c":-3,"d":1e+21}'],
  ])('keeps %s', (_name, text) => {
    expect(passed(text)).toBe(text)
  })

  it.each([
    ['plain', 'x'],
    ['escaped', String.raw`\"`],
  ])('keeps a number beside a text of many megabytes: %s', (_name, piece) => {
    const text = `{"text":"${piece.repeat(16_000_000 / piece.length)}","id":12345678901234567890}`
    expect(passed(text) === text).toBe(true)
  })

  it('keeps a number wherever it stands, and whatever is written like one', () => {
    const space = fc.constantFrom('', ' ', '\n\t ')
    const number = fc.stringMatching(/^-?[1-9]\d{14,20}(\.\d{1,17})?(e-?\d{1,20})?$/)
    const text = fc.stringMatching(/^[a-f\d.eE+:, -]{0,40}$/)
    fc.assert(
      fc.property(text, number, space, space, (before, written, left, right) => {
        expect(passed(`{"a":"${before}","b":[${left}${written}${right},${written}],"c":1}`)).toBe(
          `{"a":"${before}","b":[${written},${written}],"c":1}`,
        )
      }),
    )
  })

  it('is what it was, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(passed(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('cannot be told that a string is a number', () => {
    for (const text of ['"\uFDD0n5"', String.raw`"\ufdd0n5"`, String.raw`"\uFDD0n5"`])
      expect(passed(`{"a":${text}}`)).toBe('{"a":"\uFFFDn5"}')
    expect(passed(String.raw`{"a":"\\ufdd0n5"}`)).toBe(String.raw`{"a":"\\ufdd0n5"}`)
  })

  it('still gives a number where one is read', () => {
    expect(numberOf(objectOf(parseExact('{"seed":9007199254740993}'))['seed'])).toBe(2 ** 53)
  })

  it('is nothing when it is no JSON', () => {
    expect(parseExact('{"a":12345678901234567890')).toBeUndefined()
  })
})

describe('JSON for strict parsers', () => {
  it.each([
    ['the first half of a character', 'half \ud83e', 'half \uFFFD'],
    ['the second half of one', '\udded half', '\uFFFD half'],
    ['halves in the wrong order', '\udded\ud83e', '\uFFFD\uFFFD'],
  ])('has no %s', (_what, text, left) => {
    expect(strictText({ [text]: [text] })).toBe(JSON.stringify({ [left]: [left] }))
  })

  it('keeps whole characters, and what only looks like half of one', () => {
    const text = fc.string({ unit: fc.constantFrom('🧭', '\\', 'u', 'd83e', '\\ud83e', '"', '\n', '\u0000', 'é') })
    fc.assert(
      fc.property(text, (whole) => {
        expect(strictText([whole])).toBe(JSON.stringify([whole]))
      }),
    )
  })
})

describe('JSON that is long', () => {
  it('is read and written in steps as it is at once', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value)
        const read = objectOf(allAtOnce(takeExact(text)))
        expect(read).toEqual(parseExact(text))
        expect(allAtOnce(takeStrictBytes(read)).toString()).toBe(strictText(read))
      }),
    )
  })

  it('keeps its big numbers and its keys in steps, too, and has no halves of characters', () => {
    const text =
      '{"7":[{"2":12345678901234567890},9007199254740993],"1":{"10":1.0000000000000000001},"none":[],"é":"😀"}'
    expect(allAtOnce(takeStrictBytes(objectOf(allAtOnce(takeExact(text))))).toString()).toBe(text)
    const halves = { 'a\ud83e': ['\ud83e'], b: '\udded' }
    expect(allAtOnce(takeStrictBytes(halves)).toString()).toBe(strictText(halves))
  })

  it('is no JSON in steps either', () => {
    expect(allAtOnce(takeExact('{"a":'))).toBeUndefined()
  })
})

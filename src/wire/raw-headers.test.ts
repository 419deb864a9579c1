import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { util } from 'undici'
import { headerTexts } from './raw-headers.ts'

/** As undici gives them: pieces of one memory, and its own reading of those. */
function textsOf(written: readonly string[]): string[] {
  const raw = written.map((text) => Buffer.from(text, 'latin1'))
  return headerTexts(raw, util.parseHeaders(raw))
}

const usual = ['Date', 'Sun, 22 Nov 2026 12:00:00 GMT', 'x-name', 'caf\u00E9', 'X-Empty', '', 'connection', 'close']

describe('headerTexts', () => {
  it.each<[string, string[]]>([
    ['names in whatever case', usual],
    ['no headers', []],
    ['a name that repeats', ['set-cookie', 'a', 'date', 'today', 'set-cookie', 'b', 'age', '1']],
    ['one that repeats at once', ['x-aa', '1', 'x-aa', '2', 'x-ab', '3']],
    ['one that repeats in another case', ['Set-Cookie', 'a', 'SET-COOKIE', 'b', 'set-cookie', 'c', 'age', '1']],
    ['names that are numbers, which an object puts first', ['x', '0', '121', '1', '111', '2', 'y', '3']],
    ['such names among names that look alike', ['xa', '0', '1', '1', 'xb', '2']],
    ['names that every object has', ['constructor', 'a', '__proto__', 'b', 'valueof', 'c']],
  ])('gives %s as they were written, byte for byte', (_what, written) => {
    expect(textsOf(written)).toEqual(written)
  })

  it('gives whatever comes in its order, with its repeats, under the same names', () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'A', 'ab', 'Ab', 'ac', '1', '2', '__proto__'),
      fc.stringMatching(/^[\w-]{1,3}$/),
    )
    const value = fc.stringMatching(/^[\x20-\x7E\xA1-\xFF]{0,3}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const inSmall = (texts: string[]): string[] => texts.map((text, at) => (at % 2 ? text : text.toLowerCase()))
        expect(inSmall(textsOf(pairs.flat()))).toEqual(inSmall(pairs.flat()))
      }),
      { numRuns: 2000 },
    )
  })

  it('leaves alone what is a text already', () => {
    expect(headerTexts(['Date', 'today', 'age', '1'], { date: 'today', age: '1' })).toEqual([
      'Date',
      'today',
      'age',
      '1',
    ])
  })
})

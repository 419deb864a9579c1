import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allAtOnce } from '../ir/steps.ts'
import { takeText } from './long-text.ts'

const step = fc.integer({ min: 4, max: 9 })

describe('a text that is read in steps', () => {
  it('is the same as at once, wherever a character is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), step, (text, length) => {
        expect(allAtOnce(takeText(Buffer.from(text), length))).toBe(Buffer.from(text).toString())
      }),
    )
  })

  it('is the same also of bytes that are no text', () => {
    const bytes = fc.array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc3, 0xe2, 0x82, 0xf0, 0x9f, 0xff), { maxLength: 30 })
    fc.assert(
      fc.property(bytes, step, (some, length) => {
        expect(allAtOnce(takeText(Buffer.from(some), length))).toBe(Buffer.from(some).toString())
      }),
      { numRuns: 2000 },
    )
  })
})

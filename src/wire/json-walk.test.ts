import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { walkThrough } from './json-walk.ts'

describe('a walk through JSON', () => {
  it('finds every document balanced, and one that is cut within its outermost bracket not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
        const text = JSON.stringify({ value })
        expect(walkThrough(text, 'error').isBalanced).toBe(true)
        expect(walkThrough(text.slice(0, 1 + (cut % (text.length - 1))), 'error').isBalanced).toBe(false)
      }),
    )
  })

  it('agrees with a parser on whether a word is a key or a string', () => {
    const words = fc.constantFrom('error', 'errors', '"error"', String.raw`\"error\"`, 'err', 'or')
    const values = fc.dictionary(words, fc.oneof(words, fc.array(words)))
    fc.assert(
      fc.property(values, (value) => {
        const all = Object.entries(value).flat(2)
        expect(walkThrough(JSON.stringify(value), 'error').says).toBe(all.includes('error'))
      }),
    )
  })

  it('comes to an end in what is no JSON', () => {
    expect(walkThrough('"error', 'error')).toEqual({ isBalanced: true, says: false })
    expect(walkThrough('<html>', 'error')).toEqual({ isBalanced: true, says: false })
    expect(walkThrough('"\\"', 'error').isBalanced).toBe(true)
  })
})

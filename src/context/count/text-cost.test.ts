/** A long text is weighed in halves and pieces: what it costs must be what its characters cost one after the other. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kindOf } from './characters.ts'
import { costOfText } from './text-cost.ts'
import { vocabularyOf } from './vocabularies.ts'

const { steps } = vocabularyOf('qwen2.5')

function oneByOne(text: string): number {
  let cost = 0
  let row = 0
  for (let at = 0; at < text.length; at += 1) {
    const step = steps[row | (kindOf[text.charCodeAt(at)] ?? 0)] ?? 0
    cost += step >> 13
    row = step & 0x1f80
  }
  return cost
}

/** Runs of spaces and of digits go on across wherever a text is taken apart; the last is half of an emoji. */
const signs = fc.constantFrom(' ', '  ', '\n', '\t', '7', '2026', 'a', 'the', 'E', '.', '{"', 'é', '世', '🌍', '\ud83c')

describe('the cost of a text', () => {
  it('is that of its characters one after the other, however long it is', () => {
    const texts = fc.tuple(fc.array(signs, { maxLength: 60 }), fc.integer({ min: 1, max: 300 }))
    fc.assert(
      fc.property(texts, ([some, times]) => {
        const text = some.join('').repeat(times)
        expect(costOfText(text, steps)).toBe(oneByOne(text))
      }),
    )
  })

  it.each([' ', '7', '12 ', 'a', '世'])(
    'is so for nothing but %j, of every length about a piece and the shortest',
    (sign) => {
      for (const length of [0, 1, 2, 126, 127, 128, 129, 8190, 8191, 8192, 8193, 16_383, 16_384, 16_385, 40_000]) {
        const text = sign.repeat(length)
        expect(costOfText(text, steps), `${length}`).toBe(oneByOne(text))
      }
    },
  )
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inWholeCharacters } from './whole-characters.ts'

/** What is told of each piece. */
function createTake(): (index: number, text: string) => string {
  let told = ''
  const emit = inWholeCharacters((event) => {
    if (event.type === 'text-delta') told = event.text
  })
  return (index, text) => {
    emit({ type: 'text-delta', index, text })
    return told
  }
}

describe('a text in pieces', () => {
  it('is the same text, wherever it was cut, and each piece is whole', () => {
    const text = fc.string({ unit: fc.constantFrom('🧭', 'é', 'a', '你', '👩‍👩‍👧') })
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (whole, cuts) => {
        const places = [0, ...cuts.filter((at) => at < whole.length).sort((a, b) => a - b), whole.length]
        const take = createTake()
        const taken = places.slice(1).map((end, at) => take(0, whole.slice(places[at], end)))
        expect(taken.join('')).toBe(whole)
        for (const piece of taken) expect(piece).not.toMatch(/\p{Surrogate}/u)
      }),
    )
  })

  it('has a sign for a half that stays alone, in its own block', () => {
    const take = createTake()
    expect(take(0, 'a\uD83E')).toBe('a')
    expect(take(1, '\uDDED')).toBe('\uFFFD')
    expect(take(0, 'b\uD83E')).toBe('\uFFFDb')
    expect(take(0, '\uDDED')).toBe('🧭')
  })
})

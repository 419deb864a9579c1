import { describe, expect, it } from 'vitest'
import { piecesBeforeTheBreak, piecesOf, providerText, restOf } from './script.ts'

const pieces = piecesOf(providerText)

describe('the rest of the provider’s answer', () => {
  it.each(pieces.slice(1).map((_, at) => at + 1))('makes it whole, when it broke off after %i words', (count) => {
    const said = pieces.slice(0, count).join('')
    expect(said + restOf(said)).toContain(providerText)
  })

  it('is none where the answer is whole, or somebody else’s', () => {
    expect(restOf(providerText)).toBeUndefined()
    expect(restOf('')).toBeUndefined()
    expect(restOf('I am somebody else.')).toBeUndefined()
  })
})

it('breaks off in the middle of the counting', () => {
  expect(pieces.slice(0, piecesBeforeTheBreak).join('')).toMatch(/three, four,$/)
})

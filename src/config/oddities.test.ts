import { describe, expect, it } from 'vitest'
import { silentLines } from './oddities.ts'

describe('the lines of a .env that say nothing', () => {
  it.each([
    ['TROOPER_PORT 4000', [1]],
    ['# a comment\n\nTROOPER_PORT=4000\nnpm start\nexport PRIMARY_API_KEY="k" # mine', [4]],
    ['A=1\r\nhello\r\n', [2]],
    ['CERTIFICATE="-----BEGIN-----\nMIIB\n-----END-----"\nA=1', []],
    ['', []],
  ])('are found: %j', (text, lines) => {
    expect(silentLines(text)).toEqual(lines)
  })
})

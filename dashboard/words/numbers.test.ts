import { describe, expect, it } from 'vitest'
import { counted, money, percent, shortCount } from './numbers.ts'

describe('a count', () => {
  it.each([
    [0, '0 seams'],
    [1, '1 seam'],
    [12_345, '12,345 seams'],
  ])('of %d has its noun', (value, words) => {
    expect(counted(value, 'seam')).toBe(words)
  })

  it.each([
    [9999, '9,999'],
    [10_000, '10.0 k'],
    [12_345, '12.3 k'],
    [99_949, '99.9 k'],
    [99_960, '100 k'],
    [999_499, '999 k'],
    [999_500, '1.00 M'],
    [1_254_000, '1.25 M'],
  ])('of %d is %s where there is little room', (value, words) => {
    expect(shortCount(value)).toBe(words)
  })
})

describe('a share', () => {
  it.each([
    [0, '0%'],
    [0.001, '<1%'],
    [0.129, '13%'],
    [0.999, '>99%'],
    [1, '100%'],
    [1.04, '104%'],
  ])('of %d is %s', (share, words) => {
    expect(percent(share)).toBe(words)
  })
})

describe('money', () => {
  it.each([
    [{ usd: 0, unknown: 0 }, '$0.00'],
    [{ usd: 1.844, unknown: 0 }, '$1.84'],
    [{ usd: 1234.5, unknown: 0 }, '$1,234.50'],
    [{ usd: 0.0042, unknown: 0 }, '$0.004'],
    [{ usd: 1.844, unknown: 3 }, '≥ $1.84'],
    [{ usd: 0, unknown: 3 }, 'unknown'],
  ])('%o is %s', (view, words) => {
    expect(money(view)).toBe(words)
  })
})

import { describe, expect, it } from 'vitest'
import { countWords, durationWords, isoTime, untilWords } from './words.ts'

describe('words', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [4200, '4.2 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [185_000, '3 min 5 s'],
    [3_600_000, '1 h'],
    [7_980_000, '2 h 13 min'],
    [86_400_000, '1 day'],
    [273_600_000, '3 days 4 h'],
  ])('%d ms are %s', (ms, words) => {
    expect(durationWords(ms)).toBe(words)
  })

  it('for a time that is over say that the next request finds out', () => {
    const atMs = Date.UTC(2026, 3, 21, 14, 5)
    expect(untilWords(atMs, atMs - 7_980_000)).toBe('until 2026-04-21T14:05:00Z, in 2 h 13 min')
    expect(untilWords(atMs, atMs)).toBe('until the next request, which finds out')
  })

  it('for an instant are to the second', () => {
    expect(isoTime(Date.UTC(2026, 3, 21, 14, 5, 7, 499))).toBe('2026-04-21T14:05:07Z')
  })

  it('know one from many', () => {
    expect([countWords(1, 'exchange'), countWords(0, 'exchange')]).toEqual(['1 exchange', '0 exchanges'])
  })
})

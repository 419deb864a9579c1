import { describe, expect, it } from 'vitest'
import { moment, parseSpan, span, stamp } from './words.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('a span of time', () => {
  it.each([
    [-5, '0 s'],
    [499, '0 s'],
    [12_000, '12 s'],
    [59_600, '1 min 00 s'],
    [3 * minute + 20_000, '3 min 20 s'],
    [2 * hour + 4 * minute + 59_000, '2 h 04 min'],
    [3 * day + 4 * hour + minute, '3 d 4 h'],
  ])('of %i ms is %s', (ms, words) => {
    expect(span(ms)).toBe(words)
  })

  it.each([
    ['90s', 90_000],
    ['30m', 30 * minute],
    ['30min', 30 * minute],
    ['1h', hour],
    ['1h30m', 90 * minute],
    ['1h 30m', 90 * minute],
    ['2d', 2 * day],
    ['0s', 0],
    ['', undefined],
    ['5', undefined],
    ['h', undefined],
    ['1h30', undefined],
    ['1.5h', undefined],
    ['1 week', undefined],
    ['-1h', undefined],
  ])('is read from %j', (text, ms) => {
    expect(parseSpan(text)).toBe(ms)
  })
})

describe('a moment', () => {
  const now = new Date(2026, 3, 21, 8, 24, 10).getTime()

  it('of today is a time, of this week has its day, and of any other its date', () => {
    expect(moment(new Date(2026, 3, 21, 17).getTime(), now)).toBe('17:00')
    expect(moment(new Date(2026, 3, 24, 9, 5).getTime(), now)).toBe('Fri 09:05')
    expect(moment(new Date(2126, 0, 1, 1).getTime(), now)).toBe('2126-01-01 01:00')
  })

  it('is stamped to the second', () => {
    expect(stamp(now)).toBe('2026-04-21 08:24:10')
  })
})

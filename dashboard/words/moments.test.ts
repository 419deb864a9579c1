import { describe, expect, it } from 'vitest'
import { atMoment, dayName, hourOf, moment, timeOfDay } from './moments.ts'

/** On the clock of whoever looks. */
const at = (day: number, hours: number, minutes = 0, seconds = 0): number =>
  new Date(2026, 3, day, hours, minutes, seconds).getTime()

describe('a moment', () => {
  it.each([
    [at(21, 20, 36), '20:36'],
    [at(21, 0, 5), '00:05'],
    [at(22, 6), 'tomorrow 06:00'],
    [at(20, 23, 59), 'yesterday 23:59'],
    [at(24, 18, 30), 'Fri 18:30'],
    [at(28, 18, 30), '28 Apr 18:30'],
    [at(31, 9), '1 May 09:00'],
    [at(14, 9), '14 Apr 09:00'],
  ])('is said with as much of its day as it needs (%d)', (atMs, words) => {
    expect(moment(atMs, at(21, 18, 24))).toBe(words)
  })

  it.each([
    [at(21, 20, 36), 'at 20:36'],
    [at(22, 6), 'tomorrow 06:00'],
    [at(24, 18, 30), 'Fri 18:30'],
  ])('has an "at" where it is of today (%d)', (atMs, words) => {
    expect(atMoment(atMs, at(21, 18, 24))).toBe(words)
  })

  it('has seconds where something happened', () => {
    expect(timeOfDay(at(21, 0, 4, 3))).toBe('00:04:03')
    expect(hourOf(at(21, 18, 4, 3))).toBe('18:04')
  })
})

describe('a day of the totals', () => {
  it.each([
    ['2026-04-21', 'today'],
    ['2026-04-20', 'yesterday'],
    ['2026-04-19', 'Sun 19 April'],
    ['2026-03-31', 'Tue 31 March'],
  ])('%s is %s', (day, words) => {
    expect(dayName(day, '2026-04-21')).toBe(words)
  })
})

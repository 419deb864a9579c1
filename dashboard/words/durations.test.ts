import { describe, expect, it } from 'vitest'
import { countdown, measured, roughly } from './durations.ts'

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

describe('a duration that was measured', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '0 ms'],
    [85, '85 ms'],
    [999, '999 ms'],
    [999.6, '1.00 s'],
    [1240, '1.24 s'],
    [9994, '9.99 s'],
    [9996, '10.0 s'],
    [12_400, '12.4 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 00 s'],
    [125 * second, '2 min 05 s'],
    [hour - 1, '59 min 59 s'],
    [hour + 2 * minute, '1 h 02 min'],
    [-3, '0 ms'],
  ])('of %d ms is %s', (ms, words) => {
    expect(measured(ms)).toBe(words)
  })
})

describe('a countdown', () => {
  it.each([
    [0, '0:00'],
    [-5000, '0:00'],
    [1, '0:01'],
    [1000, '0:01'],
    [1001, '0:02'],
    [59_001, '1:00'],
    [9 * minute + 59 * second, '9:59'],
    [hour, '1:00:00'],
    [4 * hour + 12 * minute + 9 * second, '4:12:09'],
    [day - 1, '1 d 00:00:00'],
    [6 * day + 4 * hour + 9 * second, '6 d 04:00:09'],
  ])('with %d ms left shows %s', (ms, words) => {
    expect(countdown(ms)).toBe(words)
  })
})

describe('a rough duration', () => {
  it.each([
    [300, 'a moment'],
    [40 * second, '40 s'],
    [119 * second, '119 s'],
    [2 * minute, '2 min'],
    [59 * minute + 59 * second, '59 min'],
    [hour, '1 h'],
    [4 * hour + 12 * minute, '4 h 12 min'],
    [3 * day + 4 * hour + 50 * minute, '3 d 4 h'],
  ])('of %d ms is %s', (ms, words) => {
    expect(roughly(ms)).toBe(words)
  })
})

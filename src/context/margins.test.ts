import { describe, expect, it } from 'vitest'
import { createMargins } from './margins.ts'

const spare = 1.02

describe('the margin of a model', () => {
  it('is above the estimate until something was measured', () => {
    expect(createMargins().of('m')).toBeGreaterThan(1.1)
  })

  it.each([80, 100, 160])('is what was measured of the same conversation, and a little: %i for 100', (measured) => {
    const margins = createMargins()
    margins.learn('m', 7, 100, measured)
    expect(margins.of('m', 7)).toBeCloseTo((measured / 100) * spare)
  })

  it('follows the last measure of a conversation up and down', () => {
    const margins = createMargins()
    for (const measured of [100, 150, 90]) margins.learn('m', 7, 100, measured)
    expect(margins.of('m', 7)).toBeCloseTo(0.9 * spare)
  })

  it('of other conversations goes up at once, and down slowly', () => {
    const margins = createMargins()
    margins.learn('m', 1, 100, 100)
    const first = margins.of('m', 99)
    margins.learn('m', 2, 100, 160)
    const up = margins.of('m', 99)
    margins.learn('m', 3, 100, 100)
    const down = margins.of('m', 99)
    expect(up).toBeGreaterThanOrEqual(1.6)
    expect(down).toBeLessThan(up)
    expect(down).toBeGreaterThan(first)
  })

  it('may be many times the estimate, as images are counted very differently', () => {
    const margins = createMargins()
    margins.learn('m', 1, 100, 1200)
    expect(margins.of('m', 1)).toBeCloseTo(12 * spare)
  })

  it('is apart for each model', () => {
    const margins = createMargins()
    margins.learn('a', 1, 100, 200)
    expect(margins.of('b', 1)).toBe(createMargins().of('b'))
    expect(margins.isMeasured('a', 1)).toBe(true)
    expect(margins.isMeasured('b', 1)).toBe(false)
  })

  it.each([0, 20, 20_000, Number.NaN])(
    'learns nothing of a figure that is no count of the same text: %d for 100',
    (measured) => {
      const margins = createMargins()
      margins.learn('m', 1, 100, measured)
      expect(margins.of('m', 1)).toBe(createMargins().of('m'))
    },
  )

  it('grows by a fifth or more where a conversation was too long and nobody said by how much', () => {
    const margins = createMargins()
    const before = margins.of('m', 1)
    margins.tighten('m', 1, 1)
    expect(margins.of('m', 1)).toBeCloseTo(before * 1.2)
    margins.tighten('m', 1, 3)
    expect(margins.of('m', 1)).toBe(3)
    expect(margins.of('m', 2)).toBe(before)
  })
})

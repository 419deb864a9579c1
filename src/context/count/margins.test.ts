import { describe, expect, it } from 'vitest'
import { createMargins, type Scale } from './margins.ts'

const spare = 1.02

/** Of a conversation as long as no greeting is. */
const long = 10_000

function there(scale: Scale, estimated: number): number {
  return scale.estimated(scale.own(estimated))
}

describe('the tokens of a model', () => {
  it('are thought to be more than the estimate until something was measured', () => {
    expect(createMargins().of('m').own(100)).toBeGreaterThan(110)
  })

  it.each([8000, 10_000, 16_000])(
    'are what was measured of the same conversation, and a little: %i for 10,000',
    (measured) => {
      const margins = createMargins()
      margins.learn('m', 7, long, measured)
      expect(margins.of('m', 7).own(long)).toBeCloseTo(measured * spare)
    },
  )

  it('follow the last measure of a conversation up and down', () => {
    const margins = createMargins()
    for (const measured of [10_000, 15_000, 9000]) margins.learn('m', 7, long, measured)
    expect(margins.of('m', 7).own(long)).toBeCloseTo(9000 * spare)
  })

  it('of what is new in a conversation are counted on from what was measured', () => {
    const margins = createMargins()
    margins.learn('m', 7, 9, 36)
    const own = margins.of('m', 7).own(5009)
    expect(own).toBeGreaterThan(5036)
    expect(own).toBeLessThan(5036 * 1.13)
  })

  it('of what is taken out of a conversation are counted as all of it was', () => {
    const margins = createMargins()
    margins.learn('m', 7, long, 15_000)
    expect(margins.of('m', 7).own(4000)).toBeLessThan(15_000 * 0.5)
    expect(margins.of('m', 7).own(4000)).toBeGreaterThan(15_000 * 0.4)
  })

  it('of other conversations go up at once, and down slowly', () => {
    const margins = createMargins()
    const others = (): number => margins.of('m', 99).own(long)
    margins.learn('m', 1, long, 10_000)
    const first = others()
    margins.learn('m', 2, long, 16_000)
    const up = others()
    margins.learn('m', 3, long, 10_000)
    expect(up).toBeGreaterThanOrEqual(16_000)
    expect(others()).toBeLessThan(up)
    expect(others()).toBeGreaterThan(first)
  })

  it('may be many times the estimate, as images are counted very differently', () => {
    const margins = createMargins()
    margins.learn('m', 1, 1000, 12_000)
    expect(margins.of('m', 1).own(1000)).toBeCloseTo(12_000 * spare)
  })

  it('of other conversations are not far fewer than estimated, as they may be in a language that takes more', () => {
    const margins = createMargins()
    margins.learn('m', 1, long, 2000)
    expect(margins.of('m', 1).own(long)).toBeCloseTo(2000 * spare)
    expect(margins.of('m', 2).own(long)).toBeGreaterThanOrEqual(8000)
  })

  it('are apart for each model', () => {
    const margins = createMargins()
    margins.learn('a', 1, long, 20_000)
    expect(margins.of('b', 1).own(long)).toBe(createMargins().of('b').own(long))
    expect(margins.isMeasured('a', 1)).toBe(true)
    expect(margins.isMeasured('b', 1)).toBe(false)
  })

  it('lead back to the estimate', () => {
    const margins = createMargins()
    margins.learn('m', 1, long, 13_000)
    margins.learn('m', 2, 10, 300)
    for (const conversation of [1, 2, 3])
      for (const estimated of [5, 500, 50_000])
        expect(there(margins.of('m', conversation), estimated)).toBeCloseTo(estimated)
  })

  it.each([0, 10, 20_000, Number.NaN])(
    'are not learnt from a figure that is no count of the same text: %d for 100',
    (measured) => {
      const margins = createMargins()
      margins.learn('m', 1, 100, measured)
      expect(margins.isMeasured('m', 1)).toBe(false)
      expect(margins.of('m', 1).own(long)).toBe(createMargins().of('m').own(long))
    },
  )

  it('are a fifth more or above where a conversation was too long and nobody said by how much', () => {
    const margins = createMargins()
    const before = margins.of('m', 1).own(long)
    margins.tighten('m', 1, long, 8192)
    expect(margins.of('m', 1).own(long)).toBeCloseTo(before * 1.2)
    margins.tighten('m', 1, long, 30_000)
    expect(margins.of('m', 1).own(long)).toBe(30_000)
    expect(margins.of('m', 2).own(long)).toBe(before)
  })
})

describe('what stands around a conversation', () => {
  it('is no rate: a greeting of which forty tokens are counted says nothing of a long conversation but these', () => {
    const margins = createMargins()
    margins.learn('m', 1, 9, 40)
    const own = margins.of('m', 2).own(long)
    expect(own).toBeGreaterThan(createMargins().of('m').own(long))
    expect(own).toBeLessThanOrEqual(createMargins().of('m').own(long) + 40)
  })

  it('is not taken for the language of a short one either', () => {
    const margins = createMargins()
    margins.learn('m', 1, 500, 700)
    expect(margins.of('m', 2).own(long)).toBeLessThanOrEqual(createMargins().of('m').own(long))
  })

  it('is bounded where nothing is known of a conversation: an image in another one may have been what counted', () => {
    const margins = createMargins()
    margins.learn('m', 1, 800, 8000)
    expect(margins.of('m', 2).own(long)).toBeLessThanOrEqual(createMargins().of('m').own(long) + 1000)
  })
})

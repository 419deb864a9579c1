import { describe, expect, it } from 'vitest'
import { fallbackShare, hourMs, lastHour, median } from './minutes.ts'
import { attempt, exchange } from './sample.ts'

const minute = 60_000
const nowMs = 100 * hourMs + 30 * minute + 10_000
const skipped = attempt('cloud', { end: { is: 'skipped', reason: 'quota-spent', words: 'credit spent' } })

describe('the last hour', () => {
  it('has a step a minute, the last of them under way', () => {
    const steps = lastHour([], nowMs, 1)
    expect(steps).toHaveLength(60)
    expect(steps.at(-1)?.atMs).toBe(nowMs - 10_000)
    expect(steps[0]?.atMs).toBe(nowMs - 10_000 - 59 * minute)
  })

  it('counts who answered, in the minute in which it was asked', () => {
    const entries = [
      exchange(4, nowMs - 1000, [attempt('cloud')], { end: { is: 'open' } }),
      exchange(3, nowMs - 2000, [attempt('cloud')], { end: { is: 'failed', reason: 'overloaded' } }),
      exchange(2, nowMs - 3000, [skipped, attempt('local')]),
      exchange(1, nowMs - minute, [attempt('cloud')]),
      exchange(0, nowMs - 2 * hourMs, [attempt('cloud')]),
    ]
    const [before, last] = lastHour(entries, nowMs, 1).slice(-2)
    expect(before).toMatchObject({ cloud: 1, local: 0, nobody: 0, fallbacks: 0 })
    expect(last).toMatchObject({ cloud: 0, local: 1, nobody: 1, fallbacks: 1 })
  })

  it('leaves out what is no conversation', () => {
    const steps = lastHour([exchange(1, nowMs, [attempt('cloud')], { about: 'models' })], nowMs, 1)
    expect(steps.at(-1)).toMatchObject({ cloud: 0, local: 0, nobody: 0 })
  })

  it('has the medians of first content and tokens a second, by who answered', () => {
    const spoke = (contentMs: number, outputTokens: number) =>
      attempt('cloud', { contentMs, endMs: contentMs + 2000, usage: { outputTokens } })
    const entries = [spoke(100, 40), spoke(900, 200), spoke(300, 100)].map((cloud, at) => exchange(at, nowMs, [cloud]))
    expect(lastHour(entries, nowMs, 1).at(-1)).toMatchObject({
      firstContentMs: { cloud: 300 },
      tokensPerSecond: { cloud: 50 },
    })
  })

  it('measures no speed where an answer came whole, in one piece, or from two', () => {
    const usage = { outputTokens: 100 }
    const entries = [
      exchange(1, nowMs, [attempt('cloud', { usage })], { isStream: false }),
      exchange(2, nowMs, [attempt('cloud', { usage, contentMs: 1100 })]),
      exchange(3, nowMs, [
        attempt('cloud', { end: { is: 'broken', reason: 'network', words: 'connection reset' } }),
        attempt('local', { how: 'seam', usage }),
      ]),
    ]
    expect(lastHour(entries, nowMs, 1).at(-1)?.tokensPerSecond).toEqual({})
  })

  it('is told in steps of five minutes too', () => {
    const steps = lastHour([exchange(1, nowMs), exchange(2, nowMs - 11 * minute)], nowMs, 5)
    expect(steps.map(({ cloud }) => cloud)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1])
  })
})

describe('the fallback share', () => {
  it('is that of five minutes, and unknown where nothing was asked in them', () => {
    const entries = [exchange(1, nowMs - 4 * minute), exchange(2, nowMs, [skipped, attempt('local')])]
    const steps = lastHour(entries, nowMs, 1)
    expect(fallbackShare(steps, 59)).toBe(0.5)
    expect(fallbackShare(steps, 55)).toBe(0)
    expect(fallbackShare(steps, 54)).toBeUndefined()
  })
})

describe('a median', () => {
  it.each([
    [[], undefined],
    [[undefined], undefined],
    [[7], 7],
    [[9, 1], 5],
    [[10, 9, 100, undefined], 10],
  ])('of %o is %o', (values, middle) => {
    expect(median(values)).toBe(middle)
  })
})

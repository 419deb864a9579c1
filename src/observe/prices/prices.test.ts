import { describe, expect, it } from 'vitest'
import { presetNames } from '../../config/presets.ts'
import { costOf, priceOf, priceRows } from './prices.ts'

const nowMs = Date.parse('2026-11-28T12:00:00Z')

describe('the table of prices', () => {
  it.each(priceRows.map((row) => [`${row.provider} ${row.model}`, row] as const))(
    'says of %s since when, and who says so',
    (_, row) => {
      const { provider, asOf, source, input, output, cacheRead = input, cacheWrite = input, above } = row
      expect(presetNames).toContain(provider.toLowerCase())
      expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/)
      expect(new URL(source).protocol).toBe('https:')
      expect(input).toBeGreaterThan(0)
      expect(output).toBeGreaterThanOrEqual(input)
      expect(cacheRead).toBeLessThanOrEqual(input)
      expect(cacheWrite).toBeGreaterThanOrEqual(cacheRead)
      if (above) expect(above.input).toBeGreaterThan(input)
    },
  )

  it('has one price of a model at any time', () => {
    for (const { provider, model, from = '0000', until = '9999' } of priceRows) {
      const others = priceRows.filter((other) => other.provider === provider && other.model === model)
      const alike = others.filter((other) => (other.from ?? '0000') <= until && from <= (other.until ?? '9999'))
      expect(alike, `${provider} ${model}`).toHaveLength(1)
    }
  })

  it('knows a model by the date of its version too, and no other by a name that is like it', () => {
    const price = priceOf('Anthropic', 'claude-sonnet-4-5', nowMs)
    expect(price).toBeDefined()
    expect(priceOf('Anthropic', 'claude-sonnet-4-5-20250929', nowMs)).toBe(price)
    expect(priceOf('Anthropic', 'claude-sonnet-4-5-2025-09-29', nowMs)).toBe(price)
    expect(priceOf('Anthropic', 'claude-sonnet-4-5-fast', nowMs)).toBeUndefined()
    expect(priceOf('Anthropic', 'claude-sonnet-4-5-2509', nowMs)).toBeUndefined()
    expect(priceOf('OpenAI', 'claude-sonnet-4-5', nowMs)).toBeUndefined()
    expect(priceOf(undefined, 'claude-sonnet-4-5', nowMs)).toBeUndefined()
    expect(priceOf('Anthropic', undefined, nowMs)).toBeUndefined()
  })

  it('takes the price of a version that has one of its own', () => {
    expect(priceOf('OpenAI', 'gpt-4o-2024-05-13', nowMs)?.input).toBe(5)
    expect(priceOf('OpenAI', 'gpt-4o-2024-08-06', nowMs)?.input).toBe(2.5)
  })

  it('changes a price on its day', () => {
    const inputAt = (time: string) => priceOf('Gemini', 'gemini-3.8-flash', Date.parse(time))?.input
    expect(inputAt('2026-12-31T23:59:59.999Z')).toBe(0.75)
    expect(inputAt('2027-01-01T00:00:00.000Z')).toBe(1.5)
  })
})

describe('what tokens cost', () => {
  const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }

  it('counts what came from a cache or went there at its own price', () => {
    const usage = { inputTokens: 1000, cacheReadTokens: 600, cacheWriteTokens: 100, outputTokens: 10 }
    expect(costOf(price, usage, nowMs) * 1e6).toBeCloseTo(300 * 3 + 600 * 0.3 + 100 * 3.75 + 10 * 15)
  })

  it('counts a cache that has no price of its own as any input', () => {
    expect(costOf({ input: 2, output: 4 }, { inputTokens: 1e6, cacheReadTokens: 5e5 }, nowMs)).toBe(2)
  })

  it('charges all of a long request as the provider does', () => {
    const tiered = { ...price, above: { inputTokens: 200_000, input: 6, output: 22.5 } }
    expect(costOf(tiered, { inputTokens: 200_000, outputTokens: 0 }, nowMs)).toBeCloseTo(0.6)
    expect(costOf(tiered, { inputTokens: 200_001, outputTokens: 1_000_000 }, nowMs)).toBeCloseTo(1.200006 + 22.5)
  })

  it.each([
    ['2026-11-30T00:59:59Z', 1],
    ['2026-11-30T01:00:00Z', 2],
    ['2026-11-30T03:59:59Z', 2],
    ['2026-11-30T04:00:00Z', 1],
    ['2026-11-30T09:00:00Z', 2],
    ['2026-11-28T02:00:00Z', 1],
    ['2026-11-29T02:00:00Z', 1],
  ])('charges more in the hours when many ask: at %s %s dollars', (time, usd) => {
    const hoursUtc = [
      [1, 4],
      [6, 10],
    ]
    const dearer = { input: 1, output: 1, peak: { input: 2, output: 2, hoursUtc } }
    expect(costOf(dearer, { inputTokens: 1e6 }, Date.parse(time))).toBe(usd)
  })
})

import { describe, expect, it } from 'vitest'
import { presetNames } from '../config/presets.ts'
import { costOf, priceOf, priceRows } from './prices.ts'

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

  it('has a model once', () => {
    const names = priceRows.map(({ provider, model }) => `${provider} ${model}`)
    expect(new Set(names).size).toBe(names.length)
  })

  it('knows a model by the date of its version too, and no other by a name that is like it', () => {
    const price = priceOf('Anthropic', 'claude-sonnet-4-5')
    expect(price).toBeDefined()
    expect(priceOf('Anthropic', 'claude-sonnet-4-5-20250929')).toBe(price)
    expect(priceOf('Anthropic', 'claude-sonnet-4-5-2025-09-29')).toBe(price)
    expect(priceOf('Anthropic', 'claude-sonnet-4-5-fast')).toBeUndefined()
    expect(priceOf('Anthropic', 'claude-sonnet-4-5-2509')).toBeUndefined()
    expect(priceOf('OpenAI', 'claude-sonnet-4-5')).toBeUndefined()
    expect(priceOf(undefined, 'claude-sonnet-4-5')).toBeUndefined()
    expect(priceOf('Anthropic', undefined)).toBeUndefined()
  })
})

describe('what tokens cost', () => {
  const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }

  it('counts what came from a cache or went there at its own price', () => {
    const usage = { inputTokens: 1000, cacheReadTokens: 600, cacheWriteTokens: 100, outputTokens: 10 }
    expect(costOf(price, usage) * 1e6).toBeCloseTo(300 * 3 + 600 * 0.3 + 100 * 3.75 + 10 * 15)
  })

  it('counts a cache that has no price of its own as any input', () => {
    expect(costOf({ input: 2, output: 4 }, { inputTokens: 1e6, cacheReadTokens: 5e5 })).toBe(2)
  })

  it('charges all of a long request as the provider does', () => {
    const tiered = { ...price, above: { inputTokens: 200_000, input: 6, output: 22.5 } }
    expect(costOf(tiered, { inputTokens: 200_000, outputTokens: 0 })).toBeCloseTo(0.6)
    expect(costOf(tiered, { inputTokens: 200_001, outputTokens: 1_000_000 })).toBeCloseTo(1.200006 + 22.5)
  })
})

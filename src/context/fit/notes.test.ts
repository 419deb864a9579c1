import { describe, expect, it } from 'vitest'
import { createMemo } from './notes.ts'

describe('the texts that were worked out once', () => {
  it('are made once, however short they are and however many', () => {
    const memo = createMemo()
    for (let key = 0; key < 4000; key += 1) memo.of(key, () => `short ${key}`)
    expect(memo.of(0, () => 'made again')).toBe('short 0')
  })

  it('take no more than some megabytes, also where each is as long as a window: those used longest ago are forgotten', () => {
    const memo = createMemo()
    const text = 'a long text '.repeat(50_000)
    for (let key = 0; key < 100; key += 1) memo.of(key, () => text + String(key))
    const kept = Array.from({ length: 100 }, (_, key) => key).filter((key) => memo.get(key) !== undefined)
    expect(kept.length * text.length).toBeLessThan(20_000_000)
    expect(kept.at(-1)).toBe(99)
  })

  it('are kept although one alone is longer than that', () => {
    const memo = createMemo()
    memo.set(1, 'x'.repeat(50_000_000))
    expect(memo.get(1)).toHaveLength(50_000_000)
  })
})

import { describe, expect, it } from 'vitest'
import { createFitting } from './fitting.ts'

const hourMs = 3_600_000

describe('a window that a refusal told of', () => {
  it('counts for as long as the server says the same of itself, and for an hour', () => {
    const { windows } = createFitting('off')
    windows.learn('m', undefined, 4096, 0)
    expect(windows.at('m', undefined, hourMs - 1)).toBe(4096)
    expect(windows.at('m', 32_768, hourMs - 1)).toBe(32_768)
    // The server may have been started anew, with a larger one.
    expect(windows.at('m', undefined, hourMs)).toBeUndefined()
    expect(windows.at('another', undefined, 0)).toBeUndefined()
  })

  it('is never larger than what the server says of itself', () => {
    const { windows } = createFitting('off')
    windows.learn('m', 8192, 16_384, 0)
    expect(windows.at('m', 8192, 0)).toBe(8192)
    windows.learn('m', 8192, 2048, 0)
    expect(windows.at('m', 8192, 0)).toBe(2048)
  })

  it.each([1, 0, -8192])('is none where no model has so few tokens: %i', (windowTokens) => {
    const { windows } = createFitting('off')
    windows.learn('m', 8192, windowTokens, 0)
    expect(windows.at('m', 8192, 0)).toBe(8192)
  })
})

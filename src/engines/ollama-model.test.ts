import { describe, expect, it } from 'vitest'
import { isBeforeTruncate } from './ollama-model.ts'

describe('an Ollama that cannot be forbidden to cut', () => {
  it.each(['0.12.5', '0.9.99', '0.12.0-rc1', 'v0.11.4'])('is one before 0.12.6: %s', (version) => {
    expect(isBeforeTruncate(version)).toBe(true)
  })

  it.each(['0.12.6', '0.12.6-rc0', '0.13.0', '0.34.2', '1.0.0', '0.0.0', '', 'somebody'])(
    'is none from then on, nor one that nobody knows the age of: %j',
    (version) => {
      expect(isBeforeTruncate(version)).toBe(false)
    },
  )
})

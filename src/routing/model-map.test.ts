import { describe, expect, it } from 'vitest'
import { modelAt } from './model-map.ts'

const models = [
  ['claude-opus-5', 'big'],
  ['claude-*-haiku*', 'small'],
  ['claude-*', 'middle'],
] as const

describe('the model that a target is asked for', () => {
  it.each([
    ['claude-opus-5', 'big'],
    ['claude-3-haiku-2024', 'small'],
    ['claude-sonnet-5', 'middle'],
    ['claude-', 'middle'],
    ['gpt-5', 'gpt-5'],
    ['claude', 'claude'],
  ])('for %s is %s', (asked, model) => {
    expect(modelAt({ models }, asked)).toBe(model)
  })

  it('is its own where it has only one', () => {
    expect(modelAt({ model: 'qwen3:8b', models }, 'claude-opus-5')).toBe('qwen3:8b')
  })

  it('is found for every name by a star alone, and by a star between two words only where both stand', () => {
    expect(modelAt({ models: [['*', 'one']] }, 'anything')).toBe('one')
    expect(modelAt({ models: [['ab*ba', 'x']] }, 'aba')).toBe('aba')
    expect(modelAt({ models: [['a*b*c', 'x']] }, 'a-b-c')).toBe('x')
    expect(modelAt({ models: [['a*b*c', 'x']] }, 'a-c')).toBe('a-c')
  })
})

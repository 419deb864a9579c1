import { describe, expect, it } from 'vitest'
import type { Reasoning } from '../../ir/request.ts'
import { thinkOf, type Thinking } from './think.ts'

describe('reasoning that is asked for, as Ollama is told', () => {
  it.each<[string, Reasoning | undefined, Thinking | undefined, boolean | string | undefined]>([
    ['nothing, on a model that never thinks: even a wish would be refused', { effort: 'high' }, 'never', undefined],
    ['no, on a model that would think by itself', undefined, 'on-off', false],
    ['no, where the client says no', { effort: 'none' }, 'on-off', false],
    ['yes, whatever the effort', { effort: 'low' }, 'on-off', true],
    ['yes, for a budget', { budgetTokens: 2048 }, 'on-off', true],
    ['as little as can be, on a model that cannot stop', { effort: 'none' }, 'by-level', 'low'],
    ['as little as can be, where nobody asked', undefined, 'by-level', 'low'],
    ['its own word', { effort: 'low' }, 'by-level', 'low'],
    ['the least there is', { effort: 'minimal' }, 'by-level', 'low'],
    ['the middle for a word that it does not know', { effort: 'medium' }, 'by-level', 'medium'],
    ['the most there is', { effort: 'xhigh' }, 'by-level', 'high'],
    ['the most there is, for max', { effort: 'max' }, 'by-level', 'high'],
    ['the middle, where only thinking is asked for', {}, 'by-level', 'medium'],
    ['a small budget as low', { budgetTokens: 1024 }, 'by-level', 'low'],
    ['a middling budget as medium', { budgetTokens: 4096 }, 'by-level', 'medium'],
    ['a large budget as high', { budgetTokens: 32_000 }, 'by-level', 'high'],
    ['the word before the budget', { effort: 'low', budgetTokens: 32_000 }, 'by-level', 'low'],
    ['no, which is safe on any model', { effort: 'none' }, undefined, false],
    ['nothing, where it is not known what the model can', { effort: 'high' }, undefined, undefined],
  ])('%s', (_what, reasoning, thinking, think) => {
    expect(thinkOf(reasoning, thinking)).toBe(think)
  })
})

/** Held against what the vocabularies themselves make of these texts. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { countText, vocabularyOf } from './vocabularies.ts'

interface Counted {
  kind: string
  text: string
  tokens: Record<string, number>
}

const url = new URL('../../test/fixtures/tokens/counted.json', import.meta.url)
const counted = JSON.parse(readFileSync(url, 'utf8')) as Counted[]
const languages = new Set(['Chinese', 'Japanese', 'Russian', 'German'])

function errors({ text, tokens }: Counted): [string, number][] {
  return Object.entries(tokens).map(([model, measured]) => [model, countText(text, vocabularyOf(model)) / measured - 1])
}

describe('an estimate', () => {
  it.each(counted.filter(({ kind }) => !languages.has(kind)))(
    'of $kind is within a fifth, in every vocabulary',
    (one) => {
      for (const [model, error] of errors(one)) expect(Math.abs(error), model).toBeLessThan(0.2)
    },
  )

  it.each(counted.filter(({ kind }) => languages.has(kind)))('of $kind is at most a third short', (one) => {
    for (const [model, error] of errors(one)) {
      expect(error, model).toBeGreaterThan(-0.34)
      expect(error, model).toBeLessThan(0.7)
    }
  })

  it('is nothing for nothing, and a token for a single character', () => {
    expect(countText('')).toBe(0)
    expect(countText('a')).toBe(1)
  })

  it.each<[string, string]>([
    ['llama3.2:3b', 'llama3.1:8b'],
    ['hf.co/Qwen/Qwen2.5-7B-Instruct-GGUF:Q4_K_M', 'qwen3:8b'],
    ['mixtral:8x7b', 'llama2:7b'],
    ['phi3:mini', 'llama2:7b'],
    ['phi4', 'gpt-oss:20b'],
    ['a-model-of-my-own', 'gemma3:4b'],
  ])('of %s uses the vocabulary of %s', (name, like) => {
    expect(vocabularyOf(name)).toBe(vocabularyOf(like))
  })
})

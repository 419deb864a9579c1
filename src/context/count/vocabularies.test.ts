/** Held against what the vocabularies themselves make of texts that no weights were fitted to. */
import { describe, expect, it } from 'vitest'
import { errorOf, families, models, samples, tokensOf } from '../../../test/context/estimates.ts'
import { usualRate } from './margins.ts'
import { countText, vocabularyOf, type Family } from './vocabularies.ts'

describe('an estimate', () => {
  it.each(samples)('of $kind is short by less than the margin, in every vocabulary', (sample) => {
    for (const family of families) {
      const estimated = countText(sample.text, vocabularyOf(models[family][1]))
      expect(estimated * usualRate, family).toBeGreaterThanOrEqual(tokensOf(sample, family))
    }
  })

  it.each(samples)('of $kind does not cut a history in vain: it is at most two fifths too long', (sample) => {
    for (const family of families) expect(errorOf(sample, family), family).toBeLessThan(0.4)
  })

  it.each(families)('in the vocabulary of %s is a twelfth too long at most, all texts together', (family) => {
    const mean = samples.reduce((sum, sample) => sum + errorOf(sample, family), 0) / samples.length
    expect(mean).toBeGreaterThan(0)
    expect(mean).toBeLessThan(1 / 12)
  })

  it.each<[Family, Family]>([
    ['o200k', 'gemma'],
    ['o200k', 'mistral'],
    ['gemma', 'llama3'],
    ['qwen', 'llama2'],
  ])('in the vocabulary of %s would not hold for a model that has that of %s', (family, other) => {
    const [, model] = models[family]
    const short = samples.filter(
      (sample) => countText(sample.text, vocabularyOf(model)) * usualRate < tokensOf(sample, other),
    )
    expect(short).not.toEqual([])
  })

  it('is nothing for nothing, and a token for a single character', () => {
    expect(countText('')).toBe(0)
    expect(countText('a')).toBe(1)
  })
})

describe('a vocabulary', () => {
  it.each<[Family, string]>([
    ['llama3', 'llama3 llama3.2:3b Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf deepseek-r1:70b llama-guard3 SmolLM3-3B'],
    ['llama3', 'DeepSeek-R1-Distill-Llama-8B hermes3:8b dolphin3:8b tulu3'],
    ['qwen', 'qwen3:8b qwen2.5-coder:7b hf.co/Qwen/Qwen2.5-7B-Instruct-GGUF:Q4_K_M qwq qwen3-coder:30b qwen3-vl:8b'],
    ['qwen', 'deepseek-r1:1.5b deepseek-r1:14b DeepSeek-R1-0528-Qwen3-8B qwen/qwen3-4b-2507'],
    ['qwen35', 'qwen3.5:9b qwen3.6:27b Qwen3.6-35B-A3B-GGUF'],
    ['gemma', 'gemma3:4b gemma-3-12b-it gemma4:e4b google/gemma-3n-e4b medgemma:4b gemma3n:e2b'],
    ['o200k', 'gpt-oss:20b openai/gpt-oss-120b phi4-mini Phi-4-mini-instruct'],
    ['cl100k', 'phi4 phi4-reasoning:plus granite4:tiny-h granite-4.0-h-small olmo2:7b glm4:9b GLM-4.7-Flash'],
    ['tekken', 'mistral-nemo ministral-3:8b mistral-small:24b mistral-small3.2 devstral:24b magistral pixtral-12b'],
    [
      'tekken',
      'mistralai/Mistral-Small-3.2-24B-Instruct-2506 mistral-large-3:675b mistralai/Ministral-8B-Instruct-2410',
    ],
    ['mistral', 'mistral mistral:7b mixtral:8x7b mistralai/Mistral-7B-Instruct-v0.3 codestral:22b mistral-small:22b'],
    ['mistral', 'Mistral-Small-Instruct-2409 mistral-large:123b zephyr:7b dolphin-mixtral openhermes'],
    ['llama2', 'llama2:7b llama-2-13b-chat codellama tinyllama phi3:mini Phi-3.5-mini-instruct vicuna'],
    ['deepseek', 'deepseek-v3 deepseek-v3.1:671b deepseek-r1:671b DeepSeek-V3-0324'],
    ['commandR', 'command-r command-r7b:7b command-a c4ai-command-r-plus aya-expanse:8b'],
    ['starcoder', 'starcoder2:3b granite3.3:8b granite-3.1-8b-instruct granite-code:8b'],
    [
      'unknown',
      'a-model-of-my-own smollm2:1.7b llama4:scout gemma2:9b deepseek-r1:8b deepseek-coder-v2 codeqwen phi3-small',
    ],
    ['unknown', 'falcon3 kimi-k2 minimax-m2 exaone3.5 lfm2 qwen4:8b gpt-4 hunyuan command local-model'],
  ])('is that of %s by the names %s', (family, names) => {
    for (const name of names.split(' ')) expect(vocabularyOf(name).family, name).toBe(family)
  })
})

/** How far off the estimates are, for texts that their weights were not fitted to: what the vocabularies themselves count of each. */
import { readFileSync } from 'node:fs'
import { countText, vocabularyOf, type Family } from '../../src/context/count/vocabularies.ts'

export interface Sample {
  kind: string
  text: string
  tokens: Record<Exclude<Family, 'unknown'>, number>
}

const file = new URL('../fixtures/tokens/counted.json', import.meta.url)
export const samples = JSON.parse(readFileSync(file, 'utf8')) as Sample[]

/** What a page calls each vocabulary, and a model that has it. */
export const models: Record<Family, readonly [name: string, model: string]> = {
  llama3: ['Llama 3', 'llama3.1:8b'],
  o200k: ['gpt-oss', 'gpt-oss:20b'],
  qwen: ['Qwen 3', 'qwen3:8b'],
  qwen35: ['Qwen 3.6', 'qwen3.6:27b'],
  gemma: ['Gemma 4', 'gemma4:e4b'],
  tekken: ['Mistral Small', 'mistral-small3.2:24b'],
  cl100k: ['Phi-4', 'phi4:14b'],
  deepseek: ['DeepSeek V3', 'deepseek-v3:671b'],
  commandR: ['Command R', 'command-r:35b'],
  starcoder: ['Granite 3', 'granite3.3:8b'],
  llama2: ['Llama 2', 'llama2:7b'],
  mistral: ['Mistral 7B', 'mistral:7b'],
  unknown: ['unknown', 'a-model-of-my-own'],
}
export const families = Object.keys(models) as Family[]

/** Of a model that nobody knows it may be any vocabulary, also the one that takes most. */
export function tokensOf({ tokens }: Sample, family: Family): number {
  return family === 'unknown' ? Math.max(...Object.values(tokens)) : tokens[family]
}

/** As a share of what the vocabulary counts: below nothing where the estimate is short. */
export function errorOf(sample: Sample, family: Family): number {
  return countText(sample.text, vocabularyOf(models[family][1])) / tokensOf(sample, family) - 1
}

export function estimates(): string {
  const rows = samples.map((sample) => {
    const cells = families.map((family) => signed(Math.round(errorOf(sample, family) * 100)))
    return `| ${sample.kind} | ${cells.join(' | ')} |`
  })
  const head = `| | ${families.map((family) => models[family][0]).join(' | ')} |`
  return [head, `| --- |${' ---: |'.repeat(families.length)}`, ...rows].join('\n')
}

function signed(percent: number): string {
  return percent > 0 ? `+${percent}` : `${percent === 0 ? 0 : percent}`
}

import { describe, expect, it } from 'vitest'
import { judgeKey } from './key-shape.ts'

describe('the shape of a key', () => {
  it.each([
    ['sk-ant-api03-abc', 'Anthropic', 'good'],
    ['sk-proj-abc', 'OpenAI', 'good'],
    ['sk-abc', 'OpenAI', 'good'],
    ['gsk_abc', 'Groq', 'good'],
    ['anything', 'Mistral', 'good'],
    ['anything', undefined, 'good'],
    ['sk-abc', 'Anthropic', 'doubtful'],
    ['abc', 'Groq', 'doubtful'],
    ['sk-ant-api03-abc', 'OpenAI', 'bad'],
    ['gsk_abc', 'Anthropic', 'bad'],
    ['sk-or-abc', 'Mistral', 'bad'],
  ])('%s, sent to %s, is %s', (key, provider, mark) => {
    const finding = judgeKey('PRIMARY_API_KEY', key, provider)
    expect(finding.mark).toBe(mark)
    expect(JSON.stringify(finding)).not.toContain(key)
  })
})

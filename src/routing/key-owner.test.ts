import { describe, expect, it } from 'vitest'
import { misdirectedAt } from './key-owner.ts'

const at = (provider?: string) => ({ kind: 'cloud' as const, ...(provider !== undefined && { provider }) })

describe("a client's own key", () => {
  it.each([
    ['sk-proj-abc', 'Anthropic', 'OpenAI'],
    ['sk-svcacct-abc', 'Groq', 'OpenAI'],
    ['sk-ant-api03-abc', 'Groq', 'Anthropic'],
    ['sk-ant-oat01-abc', 'OpenRouter', 'Anthropic'],
    ['gsk_abc', 'OpenAI', 'Groq'],
    ['sk-or-v1-abc', 'Anthropic', 'OpenRouter'],
    ['AIzaSyabc', 'OpenAI', 'Gemini'],
    ['xai-abc', 'Mistral', 'xAI'],
    ['hf_abc', 'Together', 'Hugging Face'],
    ['pplx-abc', 'DeepSeek', 'Perplexity'],
    ['ghp_abc', 'OpenAI', 'GitHub'],
  ])('%s is kept from %s', (key, provider, owner) => {
    expect(misdirectedAt(at(provider), () => [key])).toBe(owner)
    expect(misdirectedAt(at(provider), () => ['sk-abc', key])).toBe(owner)
  })

  it.each([
    ['sk-abc', 'Anthropic'],
    ['sk-abc', 'DeepSeek'],
    ['sk-proj-abc', 'OpenAI'],
    ['sk-ant-oat01-abc', 'Anthropic'],
    ['eyJhbGciOiJSUzI1NiJ9.abc.def', 'OpenAI'],
    ['', 'Groq'],
    ['sk-proj-abc', undefined],
    ['gsk_abc', undefined],
  ])('%s goes to %s', (key, provider) => expect(misdirectedAt(at(provider), () => [key])).toBeUndefined())

  it('is not looked at where it is not sent', () => {
    const credential = { header: 'x-api-key', value: 'sk-ant-own' }
    expect(misdirectedAt({ ...at('Anthropic'), credential }, () => ['sk-proj-abc'])).toBeUndefined()
    expect(misdirectedAt({ kind: 'local', provider: 'OpenAI' }, () => ['sk-ant-abc'])).toBeUndefined()
  })
})

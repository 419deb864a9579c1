import { describe, expect, it } from 'vitest'
import type { ChatRequest, Tool } from '../../ir/request.ts'
import { mayWorkInSilence, withKnownReasoning } from './reasoning.ts'

const request = (model: string, effort = 'high'): ChatRequest => ({
  model,
  stream: false,
  messages: [],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: { stopSequences: [] },
  reasoning: { effort },
  output: { type: 'text' },
  extras: {},
})

describe('a model behind an OpenAI dialect', () => {
  it.each(['o3-mini', 'gpt-5.4', 'openai/gpt-oss-120b', 'deepseek-r1', 'qwen/qwen3-32b', 'gemini-2.5-pro'])(
    'is asked to reason when it is known to: %s',
    (model) => {
      const asked = request(model)
      expect(withKnownReasoning(asked, 'openai-chat', () => {})).toBe(asked)
    },
  )

  it.each(['gpt-4.1', 'llama-3.3-70b-versatile', 'mistral-large-latest', 'gpt-4o'])(
    'is not, and that is said, when it would refuse: %s',
    (model) => {
      const warnings: string[] = []
      const asked = withKnownReasoning(request(model), 'openai-responses', (what) => warnings.push(what))
      expect(asked).not.toHaveProperty('reasoning')
      expect(warnings).toHaveLength(1)
    },
  )

  it('is not told to do without, as not every one knows the word', () => {
    const warnings: string[] = []
    expect(
      withKnownReasoning(request('gpt-5', 'none'), 'openai-chat', (what) => warnings.push(what)),
    ).not.toHaveProperty('reasoning')
    expect(warnings).toEqual([])
  })

  it('of another dialect is left alone', () => {
    const asked = request('claude-opus-5')
    expect(withKnownReasoning(asked, 'anthropic', () => {})).toBe(asked)
  })
})

describe('a model that is silent', () => {
  const searches: Tool = { type: 'opaque', dialect: 'anthropic', kind: 'web_search_20250305', value: {} }

  it.each<[what: string, asked: Pick<ChatRequest, 'reasoning' | 'tools'>, model: string]>([
    ['was asked to reason', { reasoning: { effort: 'low' }, tools: [] }, 'some-model'],
    ['was asked to in secret', { reasoning: { isHidden: true }, tools: [] }, 'claude-sonnet-4-6'],
    ['is known to reason', { tools: [] }, 'gpt-5.4'],
    ['is a Claude that thinks by itself', { tools: [] }, 'claude-opus-5-5'],
    ['has tools of its provider', { reasoning: { effort: 'none' }, tools: [searches] }, 'claude-sonnet-4-6'],
  ])('may be working: it %s', (_what, asked, model) => {
    expect(mayWorkInSilence(asked, model)).toBe(true)
  })

  it.each<[what: string, asked: Pick<ChatRequest, 'reasoning' | 'tools'>, model: string]>([
    ['was told not to reason', { reasoning: { effort: 'none' }, tools: [] }, 'gpt-5.4'],
    ['is not known to reason', { tools: [] }, 'gpt-4.1'],
    ['is a Claude that thinks when it is asked', { tools: [] }, 'claude-sonnet-4-6'],
  ])('is late when it %s', (_what, asked, model) => {
    expect(mayWorkInSilence(asked, model)).toBe(false)
  })
})

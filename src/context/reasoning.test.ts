import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../ir/request.ts'
import { withKnownReasoning } from './reasoning.ts'

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

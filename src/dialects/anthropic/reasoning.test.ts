import { expect, it } from 'vitest'
import type { ChatRequest } from '../../ir/request.ts'
import { encodeRequest } from './request.ts'

const base: ChatRequest = {
  model: 'm',
  stream: true,
  messages: [],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
}

const asked = (model: string, more: Partial<ChatRequest>): Partial<ChatRequest> => ({ model, ...more })
const warm = (temperature: number, topP?: number): ChatRequest['sampling'] => ({
  temperature,
  stopSequences: [],
  ...(topP !== undefined && { topP }),
})
const offered: ChatRequest['tools'] = [{ type: 'function', name: 'a', inputSchema: { type: 'object' } }]

it.each<[string, Partial<ChatRequest>, string, unknown, number]>([
  [
    'adaptive thinking',
    asked('claude-opus-4-8', { reasoning: { budgetTokens: 2000 } }),
    'thinking',
    { type: 'adaptive' },
    0,
  ],
  [
    'an effort for a budget',
    asked('claude-opus-4-8', { reasoning: { budgetTokens: 2000 } }),
    'output_config',
    { effort: 'low' },
    0,
  ],
  [
    'thinking where it always thinks',
    asked('claude-fable-5-1', { reasoning: { effort: 'none' } }),
    'thinking',
    undefined,
    1,
  ],
  [
    'no temperature beside thinking',
    asked('claude-sonnet-4-5', { reasoning: { effort: 'low' }, sampling: warm(0.5) }),
    'temperature',
    undefined,
    1,
  ],
  ['a temperature of at most 1', asked('claude-sonnet-4-5', { sampling: warm(1.5) }), 'temperature', 1, 1],
  ['one way of sampling', asked('claude-sonnet-4-5', { sampling: warm(0.5, 0.5) }), 'top_p', undefined, 1],
  [
    'no tool that is not offered',
    asked('m', { tools: offered, toolChoice: { type: 'tool', name: 'b' } }),
    'tool_choice',
    undefined,
    1,
  ],
])('gives a model only what it takes: %s', (_what, request, field, value, losses) => {
  const warnings: string[] = []
  expect(encodeRequest({ ...base, ...request }, (what) => warnings.push(what))[field]).toEqual(value)
  expect(warnings).toHaveLength(losses)
})

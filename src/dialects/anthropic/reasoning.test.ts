import { expect, it } from 'vitest'
import type { ChatRequest } from '../../ir/request.ts'
import { encodeRequest } from './request.ts'
import { plainRequest } from '../../../test/plain-request.ts'

const base: ChatRequest = {
  ...plainRequest,
  model: 'm',
  messages: [],
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

it.each([
  ['claude-sonnet-4-5', { temperature: 1.7, topP: 0.9 }, undefined, { temperature: 1 }, 2],
  ['claude-sonnet-4-5-20250929', { temperature: 0.2 }, { effort: 'low' }, {}, 1],
  ['claude-opus-4-20250514', { temperature: 0.2, topP: 0.9 }, undefined, { temperature: 0.2, top_p: 0.9 }, 0],
  ['claude-haiku-4-5', { topP: 0.9, topK: 5 }, undefined, { top_p: 0.9, top_k: 5 }, 0],
  ['claude-opus-4-7', { temperature: 0.2 }, undefined, {}, 1],
])(
  'asks %s for %j with reasoning %j as it takes it, and says what it does not',
  (model, sampling, reasoning, wire, lost) => {
    const warnings: string[] = []
    const asked = { model, sampling: { ...sampling, stopSequences: [] }, ...(reasoning && { reasoning }) }
    const { temperature, top_p, top_k } = encodeRequest({ ...base, ...asked }, (what) => warnings.push(what))
    expect({ temperature, top_p, top_k }).toEqual({
      temperature: undefined,
      top_p: undefined,
      top_k: undefined,
      ...wire,
    })
    expect(warnings).toHaveLength(lost)
  },
)

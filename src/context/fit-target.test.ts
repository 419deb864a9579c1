import { describe, expect, it } from 'vitest'
import { freeformTool } from '../dialects/freeform.ts'
import type { ChatRequest } from '../ir/request.ts'
import { createCallIds } from './call-ids.ts'
import { fitTarget } from './fit-target.ts'

const patch = freeformTool('patch', 'Applies a patch.', undefined)
const request: ChatRequest = {
  model: 'm',
  stream: false,
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    {
      role: 'assistant',
      content: [{ type: 'tool-call', id: 'a', name: 'patch', input: '{"input":"x"}', freeform: true }],
    },
    { role: 'tool', content: [{ type: 'tool-result', callId: 'a', content: [], isError: false, freeform: true }] },
  ],
  tools: [patch],
  toolChoice: { type: 'auto' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
}

describe('tools that take plain text', () => {
  it.each([
    ['anthropic', undefined],
    ['openai-responses', undefined],
    ['openai-chat', ['custom-tools' as const]],
  ] as const)('stay what they are where the wire has them: %s', (dialect, quirks) => {
    expect(fitTarget(request, { kind: 'cloud', dialect, ...(quirks && { quirks }) }, () => {})).toBe(request)
  })

  it('are functions with one string for everybody else who speaks Chat Completions, in the history too', () => {
    const fitted = fitTarget(request, { kind: 'local', dialect: 'openai-chat' }, () => {})
    expect(JSON.stringify(fitted)).not.toContain('freeform')
    expect(fitted.tools).toMatchObject([{ name: 'patch', inputSchema: { required: ['input'] } }])
    expect(fitted.messages[1]?.content).toEqual([{ type: 'tool-call', id: 'a', name: 'patch', input: '{"input":"x"}' }])
  })
})

describe('descriptions', () => {
  const quirks = ['custom-tools'] as const
  const manual = 'Read this. '.repeat(200)
  const long: ChatRequest = {
    ...request,
    tools: [
      { type: 'function', name: 'read', description: manual, inputSchema: {} },
      freeformTool('p', manual, undefined),
    ],
  }

  it('that are too long for Chat Completions are cut there, and told whole in the system message', () => {
    const { tools, messages } = fitTarget(long, { kind: 'cloud', dialect: 'openai-chat', quirks }, () => {})
    for (const tool of tools) expect(tool.type === 'function' && (tool.freeform ?? tool).description).toHaveLength(1024)
    expect(messages[0]).toEqual({
      role: 'system',
      content: [{ type: 'text', text: `# The tool read\n${manual}\n\n# The tool p\n${manual}` }],
    })
    expect(messages.slice(1)).toEqual(request.messages)
  })

  it('stay whole everywhere else', () => {
    expect(fitTarget(long, { kind: 'local', dialect: 'openai-chat', quirks }, () => {})).toBe(long)
    expect(fitTarget(long, { kind: 'cloud', dialect: 'anthropic' }, () => {})).toBe(long)
  })
})

describe('ids of calls', () => {
  it('are the model’s own until they meet one that there is', () => {
    const ownId = createCallIds(request.messages)
    expect(['b', 'a', 'b', '', ''].map(ownId)).toEqual(['b', 'a_2', 'b_2', 'call', 'call_2'])
  })
})

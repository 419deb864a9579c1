import { describe, expect, it } from 'vitest'
import { freeformTool } from '../../dialects/freeform.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { adaptForProvider } from './for-provider.ts'
import { plainRequest } from '../../../test/plain-request.ts'

const patch = freeformTool('patch', 'Applies a patch.', undefined)
const request: ChatRequest = {
  ...plainRequest,
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
}

describe('tools that take plain text', () => {
  it('stay what they are for Responses, which has them', () => {
    expect(adaptForProvider(request, { kind: 'cloud', dialect: 'openai-responses' }, () => {})).toBe(request)
  })

  it('are functions with one string for everybody else, in the history too', () => {
    const fitted = adaptForProvider(request, { kind: 'local', dialect: 'openai-chat' }, () => {})
    expect(JSON.stringify(fitted)).not.toContain('freeform')
    expect(fitted.tools).toMatchObject([{ name: 'patch', inputSchema: { required: ['input'] } }])
    expect(fitted.messages[1]?.content).toEqual([{ type: 'tool-call', id: 'a', name: 'patch', input: '{"input":"x"}' }])
  })
})

describe('descriptions', () => {
  const manual = 'Read this. '.repeat(200)
  const long: ChatRequest = {
    ...request,
    tools: [
      { type: 'function', name: 'read', description: manual, inputSchema: {} },
      freeformTool('p', manual, undefined),
    ],
  }

  it('that are too long for Chat Completions are cut there, and told whole in the system message', () => {
    const { tools, messages } = adaptForProvider(long, { kind: 'cloud', dialect: 'openai-chat' }, () => {})
    for (const tool of tools) expect(tool.type === 'function' && tool.description).toHaveLength(1024)
    expect(messages[0]).toEqual({
      role: 'system',
      content: [{ type: 'text', text: `# The tool read\n${manual}\n\n# The tool p\n${manual}` }],
    })
    expect(messages.slice(1)).toEqual(
      adaptForProvider(request, { kind: 'cloud', dialect: 'openai-chat' }, () => {}).messages,
    )
  })

  it('stay whole everywhere else', () => {
    for (const target of [
      { kind: 'local', dialect: 'openai-chat' },
      { kind: 'cloud', dialect: 'anthropic' },
    ] as const)
      expect(adaptForProvider(long, target, () => {}).tools).toMatchObject([
        { description: manual },
        { description: manual },
      ])
  })
})

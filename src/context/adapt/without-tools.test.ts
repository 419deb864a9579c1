import { describe, expect, it } from 'vitest'
import type { ChatRequest, Message } from '../../ir/request.ts'
import { withoutTools } from './without-tools.ts'

const request = (messages: Message[], tools: ChatRequest['tools'] = []): ChatRequest => ({
  model: 'm',
  stream: false,
  messages,
  tools,
  toolChoice: { type: 'required' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
})
const hi: Message = { role: 'user', content: [{ type: 'text', text: 'Hi' }] }
const call: Message = {
  role: 'assistant',
  content: [
    { type: 'text', text: 'I look.' },
    { type: 'tool-call', id: 'c', name: 'get_weather', input: '{"city":"Bern"}' },
  ],
}
const png = { type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'iVBORw==' } } as const
const result = (isError: boolean, toolName?: string): Message => ({
  role: 'tool',
  content: [
    {
      type: 'tool-result',
      callId: 'c',
      content: [{ type: 'text', text: 'Sunny.' }, png],
      isError,
      ...(toolName !== undefined && { toolName }),
    },
  ],
})

/** The conversation as such a model is given it, and what is said of the loss. */
function tell(asked: ChatRequest): { told: ChatRequest; said: string[] } {
  const said: string[] = []
  return { told: withoutTools(asked, (what) => said.push(what)), said }
}

describe('a model that knows no tools', () => {
  it('is given a conversation without any as it is', () => {
    const plain = request([hi])
    expect(tell(plain)).toEqual({ told: plain, said: [] })
  })

  it('is offered none, and that is said', () => {
    const { told, said } = tell(request([hi], [{ type: 'function', name: 'f', inputSchema: {} }]))
    expect(told).toMatchObject({ tools: [], toolChoice: { type: 'auto' }, messages: [hi] })
    expect(said).toEqual([expect.stringContaining('tools')])
  })

  it('is told in words what was called, and what came of it, images too', () => {
    const { told, said } = tell(request([hi, call, result(false, 'get_weather')]))
    expect(told.messages).toEqual([
      hi,
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I look.' },
          { type: 'text', text: '[called the tool get_weather with {"city":"Bern"}]' },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'text', text: '[result of the tool get_weather]' }, { type: 'text', text: 'Sunny.' }, png],
      },
    ])
    expect(said).toEqual([])
  })

  it('is told that a call failed, also where its name is not known', () => {
    const { told } = tell(request([hi, call, result(true)]))
    expect(told.messages.at(-1)?.content[0]).toEqual({ type: 'text', text: '[error of the tool]' })
  })

  it('is told of a call that nobody answered', () => {
    const { told } = tell(request([hi, call, hi]))
    expect(JSON.stringify(told.messages)).not.toContain('tool-call')
  })
})

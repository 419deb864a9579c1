import { describe, expect, it } from 'vitest'
import type { ChatRequest, Message } from '../../ir/request.ts'
import { countTokens } from './count.ts'
import { countText } from './vocabularies.ts'
import { plainRequest } from '../../../test/plain-request.ts'

const base: ChatRequest = {
  ...plainRequest,
  model: 'm',
  stream: false,
  messages: [],
}
const long = 'The quick brown fox jumps over the lazy dog. '.repeat(40)

function count(...messages: Message[]): number {
  return countTokens({ ...base, messages })
}

describe('countTokens', () => {
  const user: Message = { role: 'user', content: [{ type: 'text', text: 'Hello' }] }

  it.each<[string, Message]>([
    ['a system text', { role: 'system', content: [{ type: 'text', text: long }] }],
    ['a user text', { role: 'user', content: [{ type: 'text', text: long }] }],
    ['an answer', { role: 'assistant', content: [{ type: 'text', text: long }] }],
    ['a thought of the present turn', { role: 'assistant', content: [{ type: 'reasoning', text: long }] }],
    [
      "a call's arguments",
      { role: 'assistant', content: [{ type: 'tool-call', id: 'c', name: 'run', input: `{"a":"${long}"}` }] },
    ],
    [
      'a tool result',
      {
        role: 'tool',
        content: [{ type: 'tool-result', callId: 'c', content: [{ type: 'text', text: long }], isError: false }],
      },
    ],
    [
      'a document as text',
      { role: 'user', content: [{ type: 'file', mediaType: 'text/plain', data: { from: 'text', text: long } }] },
    ],
  ])('counts %s', (_what, message) => {
    expect(count(user, message) - count(user)).toBeGreaterThanOrEqual(countText(long))
  })

  it('counts tool definitions, schema and description', () => {
    const tool = { type: 'function', name: 'run', description: long, inputSchema: { type: 'object' } } as const
    const schema = { type: 'function', name: 'run', inputSchema: { type: 'object', description: long } } as const
    for (const one of [tool, schema])
      expect(countTokens({ ...base, tools: [one] })).toBeGreaterThanOrEqual(countText(long))
  })

  it('counts an image at the price of an image, not of its base64', () => {
    const image: Message = {
      role: 'user',
      content: [{ type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'A'.repeat(400_000) } }],
    }
    expect(count(image)).toBeGreaterThanOrEqual(768)
    expect(count(image)).toBeLessThan(2000)
  })

  it('counts an image inside a tool result', () => {
    const image = { type: 'file', mediaType: 'image/png', data: { from: 'base64', data: 'AAAA' } } as const
    const result: Message = {
      role: 'tool',
      content: [{ type: 'tool-result', callId: 'c', content: [image], isError: false }],
    }
    expect(count(result)).toBeGreaterThanOrEqual(768)
  })

  it('does not count the thoughts of earlier turns, which no local model is shown', () => {
    const thought: Message = { role: 'assistant', content: [{ type: 'reasoning', text: long }] }
    expect(count(user, thought, user)).toBeLessThan(countText(long))
  })

  it('counts the marks around every message', () => {
    expect(count(user, user) - count(user)).toBeGreaterThan(countText('Hello'))
  })
})

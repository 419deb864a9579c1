import { describe, expect, it } from 'vitest'
import type { ChatRequest, Message } from '../../ir/request.ts'
import { pairCalls } from './call-pairs.ts'

const user: Message = { role: 'user', content: [{ type: 'text', text: 'Hi' }] }
const calls = (...ids: string[]): Message => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'tool-call', id, name: 'f', input: '{}' })),
})
const results = (...ids: string[]): Message => ({
  role: 'tool',
  content: ids.map((callId) => ({
    type: 'tool-result',
    callId,
    content: [{ type: 'text', text: `of ${callId}` }],
    isError: false,
  })),
})
const request = (...messages: Message[]): ChatRequest => ({
  model: 'm',
  stream: false,
  messages,
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
})

describe('calls and results', () => {
  const paired = (...messages: Message[]) => {
    const warnings: string[] = []
    return { messages: pairCalls(request(...messages), (what) => warnings.push(what)).messages, warnings }
  }

  it('that are pairs stay as they are', () => {
    const asked = request(user, calls('a', 'b'), results('b', 'a'), user, calls('c'), results('c'))
    expect(pairCalls(asked, () => {})).toBe(asked)
  })

  it('that others stand between come together', () => {
    const { messages, warnings } = paired(user, calls('a', 'b'), user, results('a'), calls('c'), results('b', 'c'))
    expect(messages).toEqual([user, calls('a', 'b'), results('a', 'b'), user, calls('c'), results('c')])
    expect(warnings).toEqual([])
  })

  it('that lack each other are made whole, and that is said', () => {
    const { messages, warnings } = paired(user, calls('a'), user, results('x'), user)
    expect(messages).toMatchObject([
      user,
      calls('a'),
      {
        role: 'tool',
        content: [{ callId: 'a', isError: true, content: [{ text: expect.stringContaining('interrupted') }] }],
      },
      user,
      { role: 'user', content: [{ text: expect.stringContaining('not part of') }, { text: 'of x' }] },
      user,
    ])
    expect(warnings).toHaveLength(2)
  })

  it('are a hundred thousand without a wait for anybody', () => {
    const ids = Array.from({ length: 50_000 }, (_, at) => `c${at}`)
    const loop = ids.flatMap((id) => [calls(id), user, results(id)])
    expect(paired(...loop)).toEqual({ messages: ids.flatMap((id) => [calls(id), results(id), user]), warnings: [] })
    const same = ids.flatMap(() => [calls('a'), results('a')])
    expect(paired(...same).messages.at(-1)).toMatchObject({ content: [{ callId: 'a_50000' }] })
    const asked = request(user, calls(...ids), results(...ids))
    expect(pairCalls(asked, () => {})).toBe(asked)
  })

  it('of one id in two turns get ids of their own', () => {
    const { messages } = paired(user, calls('a'), results('a'), user, calls('a'), results('a'))
    expect(messages.slice(4)).toMatchObject([{ content: [{ id: 'a_2' }] }, { content: [{ callId: 'a_2' }] }])
  })
})

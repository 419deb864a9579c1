import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChatRequest, Message } from '../../ir/request.ts'
import { satisfyTemplate } from './strict-template.ts'
import { plainRequest } from '../../../test/plain-request.ts'

const base: ChatRequest = {
  ...plainRequest,
  model: 'm',
  stream: false,
  messages: [],
}

const say = (role: 'system' | 'user' | 'assistant', ...texts: string[]): Message => ({
  role,
  content: texts.map((text) => ({ type: 'text', text })),
})
const call: Message = { role: 'assistant', content: [{ type: 'tool-call', id: 'c1', name: 'run', input: '{}' }] }
const result: Message = {
  role: 'tool',
  content: [{ type: 'tool-result', callId: 'c1', content: [{ type: 'text', text: 'ok' }], isError: false }],
}

function satisfy(...messages: Message[]): Message[] {
  return satisfyTemplate({ ...base, messages }, () => {}).messages
}

/** Role and texts, in short. */
function shortly(messages: readonly Message[]): string[] {
  return messages.map(({ role, content }) => {
    const texts = content.map((part) => (part.type === 'text' ? part.text : part.type))
    return `${role}: ${texts.join(' | ')}`
  })
}

describe('satisfyTemplate', () => {
  it('leaves a conversation alone that is already strict', () => {
    const messages = [say('system', 'Be brief.'), say('user', 'Hi'), say('assistant', 'Hello'), say('user', 'Bye')]
    expect(satisfy(...messages)).toEqual(messages)
  })

  it('joins every system message before the first answer at the head', () => {
    const messages = [say('system', 'a', 'b'), say('user', 'Hi'), say('system', 'c')]
    expect(shortly(satisfy(...messages))).toEqual(['system: a | b | c', 'user: Hi'])
  })

  it('keeps a later one in its place, as marked words of the user', () => {
    const later = satisfy(
      say('system', 'a'),
      say('user', 'Hi'),
      say('assistant', 'Hello'),
      say('user', 'Go on'),
      say('system', 'late'),
    )
    expect(shortly(later).slice(0, 3)).toEqual(['system: a', 'user: Hi', 'assistant: Hello'])
    expect(later[3]).toMatchObject({
      role: 'user',
      content: [{ text: 'Go on' }, { text: '<system>\nlate\n</system>' }],
    })
    expect(later).toHaveLength(4)
  })

  it('lets turns alternate: neighbours of one role become one message', () => {
    const messages = [say('user', 'a'), say('user', 'b'), say('assistant', 'c'), say('assistant', 'd'), call]
    expect(shortly(satisfy(...messages))).toEqual(['user: a | b', 'assistant: c | d | tool-call'])
  })

  it('joins a hundred thousand neighbours without a wait for anybody', () => {
    const many = Array.from({ length: 100_000 }, () => say('user', 'a'))
    const [joined, ...rest] = satisfy(...many)
    expect(joined?.content).toHaveLength(many.length)
    expect(rest).toEqual([])
  })

  it('leaves tool results right behind their calls', () => {
    const messages = [say('user', 'a'), call, result, say('system', 'late')]
    expect(shortly(satisfy(...messages))).toEqual([
      'user: a',
      'assistant: tool-call',
      'tool: tool-result',
      'user: <system>\nlate\n</system>',
    ])
  })

  it('puts nothing at the head where there is no system message', () => {
    expect(shortly(satisfy(say('user', 'Hi')))).toEqual(['user: Hi'])
  })

  it('changes neither the request it was given nor anything but the messages', () => {
    const request: ChatRequest = { ...base, model: 'x', messages: [say('user', 'a'), say('user', 'b')] }
    const copy = structuredClone(request)
    expect({ ...satisfyTemplate(request, () => {}), messages: request.messages }).toEqual(request)
    expect(request).toEqual(copy)
  })

  it('always has at most one system message, and that first; no text is lost', () => {
    const messages = fc.array(fc.tuple(fc.constantFrom('system', 'user', 'assistant'), fc.uuid()), { maxLength: 10 })
    fc.assert(
      fc.property(messages, (turns) => {
        const strict = satisfy(...turns.map(([role, text]) => say(role as 'user', text)))
        expect(strict.slice(1).filter(({ role }) => role === 'system')).toEqual([])
        for (let at = 1; at < strict.length; at += 1) expect(strict[at]?.role).not.toBe(strict[at - 1]?.role)
        const all = JSON.stringify(strict)
        for (const [, text] of turns) expect(all.split(text)).toHaveLength(2)
      }),
    )
  })

  it('is the same again for what is already strict', () => {
    const once = satisfy(say('user', 'a'), say('system', 's'), say('assistant', 'b'), say('system', 't'))
    expect(satisfy(...once)).toEqual(once)
  })

  it('gives a growing conversation the same head every turn, so that the engine keeps what it has cached', () => {
    const first = [say('system', 'a'), say('user', 'Hi'), say('system', 'b')]
    const later = [...first, say('assistant', 'Hello'), say('user', 'Go on'), say('system', 'late')]
    expect(satisfy(...later).slice(0, 2)).toEqual(satisfy(...first))
  })
})

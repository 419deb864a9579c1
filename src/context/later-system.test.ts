import { describe, expect, it } from 'vitest'
import type { ChatRequest, Message } from '../ir/request.ts'
import { withKnownRoles } from './later-system.ts'

const say = (role: 'system' | 'user' | 'assistant', text: string): Message => ({
  role,
  content: [{ type: 'text', text }],
})
const request: ChatRequest = {
  model: 'm',
  stream: true,
  messages: [say('system', 'Be brief.'), say('user', 'Hi'), say('assistant', 'Hi.'), say('system', 'Now be long.')],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
}

describe('a system message in the middle of a conversation', () => {
  it('is told to Anthropic as marked words of the user, in its place', () => {
    expect(withKnownRoles(request, 'anthropic').messages).toEqual([
      ...request.messages.slice(0, 3),
      say('user', '<system>\nNow be long.\n</system>'),
    ])
  })

  it('stays one for everybody else', () => {
    expect(withKnownRoles(request, 'openai-chat')).toBe(request)
    expect(withKnownRoles(request, 'openai-responses')).toBe(request)
  })
})

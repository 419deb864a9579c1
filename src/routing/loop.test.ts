import { describe, expect, it } from 'vitest'
import { plainRequest } from '../../test/plain-request.ts'
import type { Message } from '../ir/request.ts'
import { loopOf, mayEndInLocalLoop } from './loop.ts'

const said = (role: 'user' | 'system'): Message => ({ role, content: [{ type: 'text', text: 'Go on.' }] })
const call = (id: string): Message => ({
  role: 'assistant',
  content: [{ type: 'tool-call', id, name: 'f', input: '{}' }],
})
const result = (...ids: string[]): Message => ({
  role: 'tool',
  content: ids.map((callId) => ({ type: 'tool-result', callId, content: [], isError: false })),
})
const loopIn = (...messages: Message[]) => loopOf({ ...plainRequest, messages })

describe('an exchange', () => {
  it('stands in no loop on the user’s own turn, whatever was called before', () => {
    expect(loopIn(said('user'))).toBe('none')
    expect(loopIn(call('a_trooper'), result('a_trooper'), { role: 'assistant', content: [] }, said('user'))).toBe(
      'none',
    )
  })

  it('stands in the loop of whoever called, also when reminders follow the results', () => {
    expect(loopIn(said('user'), call('a'), result('a'), said('system'))).toBe('of another call')
    const reminder: Message = {
      role: 'user',
      content: [
        { type: 'text', text: '<system-reminder>Mind the list.</system-reminder>' },
        { type: 'text', text: 'Tool loaded.' },
      ],
    }
    expect(loopIn(said('user'), call('a_trooper'), result('a_trooper'), reminder)).toBe('of a local call')
  })

  it('stands in none where a person broke the loop off and says something else', () => {
    const broken: Message = {
      role: 'user',
      content: [
        { type: 'text', text: '[Request interrupted by user for tool use]' },
        { type: 'text', text: 'What is the time?' },
      ],
    }
    expect(loopIn(said('user'), call('a_trooper'), result('a_trooper'), broken)).toBe('none')
    expect(loopIn(call('a'), result('a'), broken, said('system'))).toBe('none')
    expect(loopIn(broken, call('a_trooper'), broken, result('a_trooper'))).toBe('of a local call')
  })

  it('stands in a local one when any of the calls was local', () => {
    expect(loopIn(call('a'), result('a', 'b_trooper'))).toBe('of a local call')
  })

  it('stands in no loop behind a result that came within an answer, as nobody had to bring it', () => {
    const within: Message = {
      role: 'tool',
      content: [{ type: 'tool-result', callId: 'a', content: [], isError: false, isWithin: true }],
    }
    expect(loopIn(call('a'), within, said('user'))).toBe('none')
  })

  it('stands in a local one when the local model waited for the word of the client', () => {
    const allowed = (approvalId: string) => ({ id: approvalId, approvalId, server: 's', name: 'f', input: '{}' })
    const loopWith = (approvalId: string) =>
      loopOf({ ...plainRequest, messages: [said('user')], mcp: { servers: [], approved: [allowed(approvalId)] } })
    expect(loopWith('mcpr_trooper0001')).toBe('of a local call')
    expect(loopWith('mcpr_0001')).toBe('none')
  })
})

describe('a glance at a body', () => {
  const glance = (body: object, space?: number) => mayEndInLocalLoop(Buffer.from(JSON.stringify(body, null, space)))
  const localResult = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a_trooper', content: 'Sunny.' }] }
  const localTurn = { role: 'assistant', content: [{ type: 'tool_use', id: 'a_trooper', name: 'f', input: {} }] }

  it('sees a local call that the end of it answers to, however it is written', () => {
    for (const space of [undefined, 2]) {
      expect(glance({ messages: [localTurn, localResult] }, space)).toBe(true)
      expect(glance({ input: [{ type: 'function_call_output', call_id: 'a_trooper', output: '' }] }, space)).toBe(true)
    }
  })

  it('sees the word of a client that a local call waited for', () => {
    const word = (id: string) => ({ type: 'mcp_approval_response', approval_request_id: id, approve: true })
    expect(glance({ input: [word('mcpr_trooper0001')] })).toBe(true)
    expect(glance({ input: [word('mcpr_0001')] })).toBe(false)
  })

  it('is not deceived by what only looks like a turn behind it', () => {
    const tools = [{ name: 'f', input_schema: { properties: { role: { enum: ['assistant'] } } } }]
    const said = { role: 'user', content: 'They wrote {"role": "assistant"}' }
    expect(glance({ messages: [localTurn, localResult, said], tools })).toBe(true)
    expect(mayEndInLocalLoop(Buffer.from('"assistant"'))).toBe(false)
  })

  it('sees none where it was answered long ago, and where nothing local is', () => {
    expect(glance({ messages: [localTurn, localResult, { role: 'assistant', content: 'Sunny.' }] })).toBe(false)
    expect(glance({ messages: [{ role: 'user', content: 'My "_trooper" dog.' }] })).toBe(false)
  })
})

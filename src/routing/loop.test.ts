import { describe, expect, it } from 'vitest'
import { plainRequest } from '../../test/plain-request.ts'
import type { Message } from '../ir/request.ts'
import { loopOf } from './loop.ts'

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
    expect(loopIn(said('user'), call('a_trooper'), result('a_trooper'), said('user'))).toBe('of a local call')
  })

  it('stands in a local one when any of the calls was local', () => {
    expect(loopIn(call('a'), result('a', 'b_trooper'))).toBe('of a local call')
  })
})

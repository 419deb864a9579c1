import { describe, expect, it } from 'vitest'
import { meetQuirks } from './quirks.ts'

const call = (id: string, more = {}) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' }, ...more })
const turn = (id: string, more = {}) => ({ role: 'assistant', content: null, tool_calls: [call(id)], ...more })
const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'ok' })
const request = (...messages: object[]) => JSON.parse(JSON.stringify({ model: 'm', messages }))

describe('Mistral', () => {
  it('gets ids of nine letters and digits, the same for a call and its result, and every time', () => {
    const body = request(turn('call_abc'), result('call_abc'), turn('toolu_01VpEm654HvfMoRcrE3Hgdc6'))
    const met = meetQuirks(body, ['nine-character-ids'])
    const text = JSON.stringify(met)
    const ids = [...text.matchAll(/"(?:tool_call_)?id":"([^"]*)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(3)
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).not.toBe(ids[2])
    expect(meetQuirks(body, ['nine-character-ids'])).toEqual(met)
  })

  it('gets its own ids back as they are', () => {
    const body = request(turn('D681PevKs'), result('D681PevKs'))
    expect(meetQuirks(body, ['nine-character-ids'])).toBe(body)
  })
})

describe('a provider with strict roles', () => {
  const user = { role: 'user', content: 'Hi' }
  const answer = { role: 'assistant', content: 'Yes.' }

  it('gets an answer between results and the user, instructions as words of the user, and no empty answers', () => {
    const late = { role: 'system', content: 'Be brief.' }
    const empty = { role: 'assistant', content: '' }
    const body = request(late, user, turn('a'), result('a'), user, answer, late, empty, user)
    expect(meetQuirks(body, ['strict-roles'])['messages']).toEqual([
      late,
      user,
      turn('a'),
      result('a'),
      { role: 'assistant', content: 'OK.' },
      user,
      answer,
      { role: 'user', content: '<system>\nBe brief.\n</system>' },
      user,
    ])
  })

  it('gets an answer at the end as the beginning of its own', () => {
    const met = meetQuirks(request(user, answer), ['strict-roles'])
    expect(met['messages']).toEqual([user, { ...answer, prefix: true }])
  })

  it('gets what is in order as it is', () => {
    const body = request(user, turn('a'), result('a'), answer, user)
    expect(meetQuirks(body, ['strict-roles'])).toBe(body)
  })
})

describe('Gemini', () => {
  it('gets the sentinel where a call has no thought signature, and its own back', () => {
    const own = { extra_content: { google: { thought_signature: 'own' } } }
    const body = request({ role: 'assistant', tool_calls: [call('a'), call('b', own)] })
    expect(meetQuirks(body, ['thought-signatures'])['messages']).toEqual([
      {
        role: 'assistant',
        tool_calls: [
          call('a', { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } }),
          call('b', own),
        ],
      },
    ])
  })

  it('gets calls that it made at once back as they were: only the first is signed', () => {
    const own = { extra_content: { google: { thought_signature: 'own' } } }
    const body = request({ role: 'assistant', tool_calls: [call('a', own), call('b')] })
    expect(meetQuirks(body, ['thought-signatures'])).toBe(body)
  })
})

describe('DeepSeek', () => {
  it('gets an empty reasoning where a turn with calls has none, and its own back', () => {
    const body = request(turn('a'), turn('b', { reasoning_content: 'own' }), { role: 'assistant', content: 'x' })
    expect(meetQuirks(body, ['reasoning-required'])['messages']).toEqual([
      turn('a', { reasoning_content: '' }),
      turn('b', { reasoning_content: 'own' }),
      { role: 'assistant', content: 'x' },
    ])
  })
})

describe('a provider that refuses reasoning in messages', () => {
  it('gets none', () => {
    const body = request({ role: 'assistant', content: 'x', reasoning_content: 'local' })
    expect(meetQuirks(body, ['reasoning-refused'])['messages']).toEqual([{ role: 'assistant', content: 'x' }])
  })
})

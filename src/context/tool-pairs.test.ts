import { describe, expect, it } from 'vitest'
import type { Message } from '../ir/request.ts'
import { withoutHalfPairs, withResultsInPlace } from './tool-pairs.ts'

const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] })
const calls = (...ids: string[]): Message => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'tool-call', id, name: 'run', input: '{}' })),
})
const results = (...ids: string[]): Message => ({
  role: 'tool',
  content: ids.map((callId) => ({
    type: 'tool-result',
    callId,
    content: [{ type: 'text', text: callId }],
    isError: false,
  })),
})

describe('the results of calls', () => {
  it('stay as they are where they follow their calls', () => {
    const messages = [user('q'), calls('a', 'b'), results('b', 'a'), user('go'), calls('c'), results('c')]
    expect(withResultsInPlace(messages)).toEqual(messages)
    expect(withoutHalfPairs(messages, () => {})).toEqual(messages)
  })

  it('are brought behind their calls, and nothing that stood between is lost', () => {
    const messages = [user('q'), calls('a', 'b'), results('a'), user('an image'), results('b'), user('go')]
    expect(withResultsInPlace(messages)).toEqual([
      user('q'),
      calls('a', 'b'),
      results('a', 'b'),
      user('an image'),
      user('go'),
    ])
  })

  it('belong to the last call of their id', () => {
    const messages = [calls('a'), results('a'), calls('a'), results('a')]
    expect(withResultsInPlace(messages)).toEqual(messages)
  })
})

describe('half a pair', () => {
  it('is told in words', () => {
    const warnings: string[] = []
    const told = withoutHalfPairs(
      withResultsInPlace([results('x'), user('q'), calls('a', 'b'), results('a', 'a'), user('stop')]),
      (what) => warnings.push(what),
    )
    expect(told.map(({ role }) => role)).toEqual(['user', 'user', 'assistant', 'tool', 'user', 'user'])
    expect(told[2]?.content.map(({ type }) => type)).toEqual(['tool-call', 'text'])
    expect(JSON.stringify(told)).toContain('[called the tool run with {}]')
    expect(warnings).toHaveLength(3)
  })
})

import { describe, expect, it } from 'vitest'
import type { RestView } from '../../src/admin/views.ts'
import { untilWhen, whoseRest, whyRest } from './rests.ts'

const nowMs = new Date('2026-11-28T15:00:00').getTime()
const spent: RestView = {
  target: 'anthropic',
  place: 'https://api.anthropic.com/v1/messages',
  account: 'c0ffee0123456789',
  reason: 'quota-spent',
  words: 'Your limit is used up.',
  untilMs: nowMs + 3_600_000,
  refusals: 1,
  isProbed: false,
}

describe('who is left alone', () => {
  it.each<[Partial<RestView>, string]>([
    [{}, 'whole account c0ffee'],
    [{ window: '5h' }, 'whole account c0ffee, 5h'],
    [{ model: 'claude-opus-5-5' }, 'claude-opus-5-5, account c0ffee'],
    [{ reason: 'overloaded' }, 'account c0ffee'],
    [{ reason: 'network', account: '' }, 'everybody'],
  ])('%j is %s', (more, words) => {
    expect(whoseRest({ ...spent, ...more })).toBe(words)
  })

  it('is so until a time, until the next request, or while one tries', () => {
    expect(untilWhen(spent, nowMs)).toBe('until 16:00')
    expect(untilWhen(spent, spent.untilMs)).toBe('tried by the next request')
    expect(untilWhen({ ...spent, isProbed: true }, nowMs)).toBe('one request is trying it')
  })

  it('is so for a reason in the words of the provider', () => {
    expect(whyRest(spent)).toBe('Your limit is used up.')
    expect(whyRest({ ...spent, refusals: 3 })).toBe('Your limit is used up. (3 times in a row)')
  })
})

import { describe, expect, it } from 'vitest'
import type { AnsweringView } from '../../src/admin/views.ts'
import type { AttemptEntry } from '../../src/observe/journal/entry.ts'
import {
  attemptWords,
  handBackOf,
  headline,
  isSilent,
  quotasNow,
  reasonName,
  resetWords,
  stateName,
  whyAnswering,
} from './reasons.ts'

const nowMs = 1_000_000
const primary: AnsweringView = { dialects: ['anthropic'], target: 'anthropic', kind: 'cloud' }

function fallback(instead: Partial<NonNullable<AnsweringView['instead']>> = {}): AnsweringView {
  const known = { of: 'anthropic', reason: 'quota-spent', words: 'credit spent', ...instead } as const
  return { dialects: ['anthropic'], target: 'local/qwen2.5:3b', kind: 'local', model: 'qwen2.5:3b', instead: known }
}

describe('who answers', () => {
  it('is not there where its local server does not answer', () => {
    const at = { target: 'local/qwen2.5:3b', state: 'unreachable' } as const
    expect(isSilent(fallback(), [at])).toBe(true)
    expect(isSilent(fallback(), [{ ...at, state: 'loaded' }])).toBe(false)
    expect(isSilent(primary, [at])).toBe(false)
  })

  it('is the cloud, as the first of its chain', () => {
    expect(headline(primary)).toBe('The cloud')
    expect(whyAnswering(primary)).toBe('It is the first of its chain.')
    expect(handBackOf(primary, [], nowMs)).toEqual({ is: 'not-needed' })
  })

  it('is the local model, for a reason that is said, until the quota is back', () => {
    const answering = fallback({ untilMs: nowMs + 5000 })
    expect(headline(answering)).toBe('The local model')
    expect(whyAnswering(answering)).toBe('In place of anthropic: credit spent.')
    expect(handBackOf(answering, [], nowMs)).toEqual({ is: 'at', atMs: nowMs + 5000, how: { is: 'known' } })
  })

  it('is tried again before its spent quota has to be back, where that is only the latest time', () => {
    const answering = fallback({ untilMs: nowMs + 5000 })
    const week = { window: '7d', used: 0.6, resetsAtMs: nowMs + 9_000_000, account: 'a' }
    const spent = { window: '5h', used: 1.08, resetsAtMs: nowMs + 7_200_000, account: 'a' }
    expect(handBackOf(answering, [week, spent], nowMs)).toMatchObject({ how: { is: 'tried', quota: spent } })
    const onTime = { ...spent, resetsAtMs: nowMs + 5000 }
    expect(handBackOf(answering, [week, onTime], nowMs)).toMatchObject({ how: { is: 'known' } })
  })

  it('is tried again where nobody said when it is back', () => {
    const answering = fallback({ untilMs: nowMs + 5000, isTry: true })
    expect(handBackOf(answering, [], nowMs)).toEqual({ is: 'at', atMs: nowMs + 5000, how: { is: 'tried' } })
  })

  it('is whom the person set, for as long as they said', () => {
    const answering = fallback({ reason: 'override', words: 'set aside by an agent', untilMs: nowMs + 5000 })
    expect(whyAnswering(answering)).toBe('anthropic was set aside by an agent.')
    expect(handBackOf(answering, [], nowMs)).toEqual({ is: 'at', atMs: nowMs + 5000, how: { is: 'set' } })
    const forGood = fallback({ reason: 'override' })
    expect(handBackOf(forGood, [], nowMs)).toEqual({ is: 'open', sentence: 'Until you set it back to auto.' })
  })

  it('hands back with the next request once the time has come', () => {
    expect(handBackOf(fallback({ untilMs: nowMs }), [], nowMs)).toEqual({ is: 'due' })
  })

  it('hands back at no known time where nobody named one', () => {
    expect(handBackOf(fallback({ reason: 'network' }), [], nowMs)).toMatchObject({
      sentence: 'As soon as anthropic can be reached.',
    })
    expect(handBackOf(fallback({ reason: 'overloaded' }), [], nowMs)).toMatchObject({
      sentence: 'As soon as anthropic answers again.',
    })
  })
})

describe('a reason', () => {
  it('has the words of the log', () => {
    expect(reasonName('quota-spent')).toBe('quota spent')
  })

  it('that only a newer Trooper knows is its own name', () => {
    expect(reasonName('solar-flare')).toBe('solar-flare')
  })
})

describe('a target', () => {
  it('says how it is', () => {
    expect(stateName({ is: 'ready' })).toBe('Ready')
    expect(stateName({ is: 'resting', reason: 'quota-spent', words: 'credit spent', untilMs: 0 })).toBe(
      'Resting: credit spent',
    )
    expect(stateName({ is: 'probing', reason: 'overloaded', words: 'overloaded', sinceMs: 0 })).toBe(
      'Being probed: overloaded',
    )
    expect(stateName({ is: 'away' })).toBe('Cannot be reached')
  })

  it('says when its quota is back', () => {
    const quota = { window: '5h', used: 1, account: 'a', resetsAtMs: nowMs - 1 }
    const later = { ...quota, resetsAtMs: nowMs + 3_600_000 }
    expect(quotasNow([quota, later], nowMs)).toEqual([later])
    expect(resetWords(later, nowMs)).toMatch(/^resets in 1 h, \d\d:\d\d$/)
  })
})

describe('an attempt', () => {
  const attempt: Omit<AttemptEntry, 'end'> = {
    target: 'anthropic',
    kind: 'cloud',
    dialect: 'anthropic',
    how: 'relay',
    startMs: 0,
  }
  const words = { reason: 'overloaded', words: 'overloaded' } as const
  it.each([
    [{ is: 'open' }, 'asked …'],
    [{ is: 'answered' }, 'answered'],
    [{ is: 'skipped', ...words }, 'not asked: overloaded'],
    [{ is: 'failed', ...words }, 'overloaded'],
    [{ is: 'broken', ...words }, 'broke off: overloaded'],
    [{ is: 'lost' }, 'another one spoke first'],
  ] as const)('that ended as %o is in words: %s', (end, expected) => {
    expect(attemptWords({ ...attempt, end })).toBe(expected)
  })

  it('that has begun to answer is answering', () => {
    expect(attemptWords({ ...attempt, contentMs: 5, end: { is: 'open' } })).toBe('answering …')
  })
})

import { describe, expect, it } from 'vitest'
import { createPaint } from '../drill/text.ts'
import type { AttemptEntry, Entry } from '../observe/journal/entry.ts'
import { logLine } from './log-lines.ts'

const paint = createPaint(false)
const atMs = new Date(2026, 3, 21, 8, 24, 48).getTime()

function entry(more: Partial<Entry>): Entry {
  const facts = { id: 'x', atMs, dialect: 'anthropic', about: 'conversation', isStream: true } as const
  return { ...facts, model: 'claude-opus-5', attempts: [], end: { is: 'open' }, ...more }
}

function attempt(target: string, end: AttemptEntry['end'], more: Partial<AttemptEntry> = {}): AttemptEntry {
  return { target, kind: 'cloud', dialect: 'anthropic', how: 'relay', startMs: 0, end, ...more }
}

const answered = { is: 'answered', target: 'primary' } as const
const failed = { is: 'failed', reason: 'overloaded', words: 'overloaded' } as const

describe('an exchange as a line', () => {
  it.each<[string, Partial<Entry>, string]>([
    [
      'that the provider answered',
      {
        attempts: [
          attempt('primary', { is: 'answered' }, { contentMs: 450, usage: { inputTokens: 1234, outputTokens: 56 } }),
        ],
        end: answered,
        totalMs: 2100,
      },
      'anthropic claude-opus-5  primary  2.1 s  (first word 450 ms, 1,234 + 56 tokens)',
    ],
    [
      'that a local model answered',
      {
        attempts: [
          attempt('primary', { is: 'skipped', reason: 'quota-spent', words: 'credit spent' }),
          attempt(
            'local/m',
            { is: 'answered' },
            { usage: { outputTokens: 7 }, omitted: { messages: 3, tokens: 2000 } },
          ),
        ],
        end: { is: 'answered', target: 'local/m' },
        totalMs: 12,
      },
      'anthropic claude-opus-5  primary rests: credit spent → local/m  12 ms  (? + 7 tokens, 2,000 tokens left out)',
    ],
    [
      'that was asked twice, and gone on with',
      {
        attempts: [
          attempt('primary', failed),
          attempt('primary', { ...failed, is: 'broken', words: 'connection reset' }, { contentMs: 5 }),
          attempt('local/m', { is: 'answered' }, { how: 'seam' }),
        ],
        end: { is: 'answered', target: 'local/m' },
        totalMs: 900,
      },
      'anthropic claude-opus-5  primary broke off: connection reset → local/m  900 ms  (first word 5 ms, 1 seam)',
    ],
    [
      'that nobody answered',
      {
        attempts: [attempt('primary', failed), attempt('local/m', { ...failed, words: 'connection refused' })],
        end: { is: 'failed', reason: 'overloaded' },
        totalMs: 3,
      },
      'anthropic claude-opus-5  primary overloaded → local/m connection refused → nobody  3 ms',
    ],
    [
      'whose app left',
      {
        attempts: [attempt('primary', { is: 'failed', reason: 'client-gone', words: 'client gone' })],
        end: { is: 'gone' },
        totalMs: 3,
      },
      'anthropic claude-opus-5  primary client gone → the app left  3 ms',
    ],
    [
      'of a race',
      {
        attempts: [attempt('primary', { is: 'lost' }), attempt('local/m', { is: 'answered' })],
        end: { is: 'answered', target: 'local/m' },
        totalMs: 3,
      },
      'anthropic claude-opus-5  primary too late → local/m  3 ms',
    ],
    ['that has just come', {}, 'anthropic claude-opus-5  …'],
    ['under way', { attempts: [attempt('primary', { is: 'open' })] }, 'anthropic claude-opus-5  primary …'],
    [
      'that is a question',
      {
        about: 'models',
        dialect: 'openai-chat',
        attempts: [attempt('primary', { is: 'answered' })],
        end: answered,
        totalMs: 1,
      },
      'openai-chat models  primary  1 ms',
    ],
    [
      'that broke off at its very end',
      {
        attempts: [attempt('primary', { ...failed, is: 'broken', words: 'connection reset' })],
        end: answered,
        totalMs: 1,
      },
      'anthropic claude-opus-5  primary broke off: connection reset → answered  1 ms',
    ],
  ])('%s', (_what, more, line) => {
    expect(logLine(entry(more), paint)).toBe(`2026-04-21 08:24:48  ${line}`)
  })
})

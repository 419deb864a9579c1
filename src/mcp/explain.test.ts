import { describe, expect, it } from 'vitest'
import { catalogue } from '../ir/failure.ts'
import type { AttemptEntry, Entry } from '../observe/journal/entry.ts'
import { explain, meaning } from './explain.ts'

const atMs = Date.UTC(2026, 3, 21, 8, 24, 48)
const cloud: AttemptEntry = {
  target: 'primary',
  kind: 'cloud',
  dialect: 'anthropic',
  how: 'relay',
  startMs: 0,
  end: { is: 'answered' },
}
const local: AttemptEntry = {
  ...cloud,
  target: 'local/qwen2.5:3b',
  kind: 'local',
  dialect: 'ollama',
  how: 'translate',
  model: 'qwen2.5:3b',
  startMs: 400,
}

function entry(attempts: AttemptEntry[], end: Entry['end'], more: Partial<Entry> = {}): Entry {
  return { id: 'k-1', atMs, dialect: 'anthropic', about: 'conversation', isStream: true, attempts, end, ...more }
}

const told = (...of: Parameters<typeof entry>): string[] => explain(entry(...of), atMs).split('\n')

describe('an exchange in words', () => {
  it('of the first target says so, with its times and tokens', () => {
    const attempt = { ...cloud, connectMs: 20, headMs: 300, contentMs: 600, endMs: 5200, usage: { inputTokens: 10 } }
    expect(told([attempt], { is: 'answered', target: 'primary' }, { model: 'claude', totalMs: 5210 })).toEqual([
      'primary answered, as the first of its chain.',
      'Exchange k-1 at 2026-04-21T08:24:48Z: anthropic, streamed, model claude asked for, first content after 600 ms, 5.2 s in all',
      '1. primary (cloud) answered; asked with the bytes of the app; was sent the request after 20 ms, began to reply after 300 ms, first content after 600 ms, ended after 5.2 s; 10 tokens in, unknown out',
    ])
  })

  it('of a fallback says why, and until when that stays so', () => {
    const refused: AttemptEntry = {
      ...cloud,
      end: { is: 'failed', reason: 'quota-spent', words: 'credit spent', status: 400 },
    }
    const [verdict, , first, second] = told(
      [refused, { ...local, turnMs: 900, contentMs: 2400, omitted: { messages: 3, tokens: 1200 } }],
      { is: 'answered', target: local.target },
    )
    expect(verdict).toBe(
      'The local model answered (local/qwen2.5:3b) because primary did not (credit spent: its quota or credit is used up, and it is left alone until that is back).',
    )
    expect(first).toBe('1. primary (cloud) did not answer (credit spent, status 400); asked with the bytes of the app')
    expect(second).toBe(
      '2. local/qwen2.5:3b (local) answered; asked in its own wire format; had its turn after 500 ms, first content after 2.0 s; left out, as there was no room: 3 messages, 1200 tokens',
    )
    const [, , shortened] = told([{ ...local, omitted: { messages: 0, tokens: 760 } }], {
      is: 'answered',
      target: local.target,
    })
    expect(shortened).toContain('; left out, as there was no room: parts of the request, 760 tokens')
    const skipped: AttemptEntry = {
      ...cloud,
      end: { is: 'skipped', reason: 'quota-spent', words: 'credit spent', untilMs: atMs + 60_000 },
    }
    expect(told([skipped, local], { is: 'answered', target: local.target })[2]).toBe(
      '1. primary (cloud) was not asked (credit spent), until 2026-04-21T08:25:48Z, in 1 min',
    )
  })

  it('of an answer that another one ended says who', () => {
    const broken: AttemptEntry = { ...cloud, end: { is: 'broken', reason: 'network', words: 'connection reset' } }
    expect(told([broken, { ...local, how: 'seam' }], { is: 'answered', target: local.target })).toMatchObject([
      'The local model ended what the one before it had begun (local/qwen2.5:3b) because primary did not (connection reset: no connection to it could be made or kept).',
      expect.any(String),
      expect.stringContaining('broke off in the middle of its answer (connection reset)'),
      expect.stringContaining('asked to go on with what was already said'),
    ])
  })

  it.each<[Entry['end'], string]>([
    [{ is: 'open' }, 'It is not over yet.'],
    [{ is: 'gone' }, 'The app left before it had its answer.'],
    [
      { is: 'failed', reason: 'overloaded' },
      'Nobody could answer (it said that it has too much to do), and the app was told so.',
    ],
  ])('without an answer (%o) says what became of it', (end, verdict) => {
    expect(told([{ ...cloud, end: { is: 'open' } }], end)[0]).toBe(verdict)
  })

  it('of an agent says that one asked', () => {
    expect(told([local], { is: 'answered', target: local.target }, { by: 'agent' })[1]).toContain(
      'asked by an agent through ask_local_model',
    )
  })

  it('has a meaning for every failure that there is', () => {
    expect(Object.keys(meaning).toSorted()).toEqual(Object.keys(catalogue).toSorted())
  })
})

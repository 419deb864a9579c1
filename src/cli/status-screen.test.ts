import { describe, expect, it } from 'vitest'
import type { StatusView } from '../admin/views.ts'
import { createPaint, widthOf } from '../drill/text.ts'
import { emptyDay } from '../observe/days/day.ts'
import { statusScreen } from './status-screen.ts'

const now = new Date(2026, 3, 21, 14, 56).getTime()
const minute = 60_000
const resetsAtMs = now + 124 * minute
const place = 'https://api.anthropic.com/v1/messages'

const quiet: StatusView = {
  version: '1.2.3',
  nowMs: now,
  startedAtMs: now - 192 * minute,
  override: { mode: 'auto' },
  answering: [{ dialects: ['anthropic', 'ollama'], target: 'primary', kind: 'cloud', model: 'claude-opus-5' }],
  targets: [{ name: 'primary', kind: 'cloud', dialect: 'anthropic', place, state: { is: 'ready' }, quotas: [] }],
  engines: [],
  network: 'up',
  today: emptyDay('2026-04-21'),
}

const spent = { reason: 'quota-spent', words: 'credit spent', untilMs: resetsAtMs } as const
const account = 'a'

const busy: StatusView = {
  ...quiet,
  override: { mode: 'local', untilMs: now + 59 * minute, by: 'agent' },
  answering: [
    {
      dialects: ['anthropic'],
      target: 'local/qwen2.5:3b',
      kind: 'local',
      model: 'qwen2.5:3b',
      instead: { of: 'primary', ...spent },
    },
    { dialects: ['openai-chat'], target: 'groq', kind: 'cloud' },
  ],
  targets: [
    {
      name: 'primary',
      kind: 'cloud',
      dialect: 'anthropic',
      place,
      state: { is: 'resting', ...spent },
      quotas: [
        { window: '5h', used: 1, resetsAtMs, account },
        { window: '7d', used: 0.24, resetsAtMs: now + 3 * 1440 * minute, account, model: 'opus' },
        { window: '5h', used: 0.1, resetsAtMs, account: 'b' },
        { window: 'of before', used: 1, resetsAtMs: now - 1, account },
      ],
    },
    { name: 'groq', kind: 'cloud', dialect: 'openai-chat', place, state: { is: 'away' }, quotas: [] },
    {
      name: 'local/qwen2.5:3b',
      kind: 'local',
      dialect: 'ollama',
      place: 'http://localhost:11434/api/chat',
      state: { is: 'probing', reason: 'overloaded', words: 'overloaded', sinceMs: now - 3000 },
      quotas: [],
    },
  ],
  engines: [
    {
      target: 'local/qwen2.5:3b',
      software: 'Ollama 0.34.2',
      place: 'http://localhost:11434',
      model: 'qwen2.5:3b',
      state: 'loaded',
      windowTokens: 32_768,
      can: { tools: true, vision: false },
      queue: { running: 1, waiting: 2 },
    },
    {
      target: 'local/gemma',
      place: 'http://localhost:1234',
      model: 'gemma',
      state: 'unreachable',
      can: {},
      queue: { running: 0, waiting: 0 },
    },
  ],
  network: 'down',
  today: {
    ...quiet.today,
    exchanges: 1240,
    fallbacks: 310,
    failed: 2,
    byReason: { overloaded: 10, 'quota-spent': 300 },
    byTarget: {
      primary: {
        kind: 'cloud',
        answered: 930,
        failed: 0,
        inputTokens: 0,
        outputTokens: 0,
        cost: { usd: 4.1, unknown: 0 },
      },
    },
    notSpent: { usd: 1.234, unknown: 1 },
  },
}

const plain = { url: 'http://127.0.0.1:3000', width: 100, paint: createPaint(false) }

describe('the screen', () => {
  it('says who answers, and little else while all is well', () => {
    expect(statusScreen(quiet, plain)).toBe(
      [
        'Trooper 1.2.3 at http://127.0.0.1:3000, up 3 h 12 min',
        '',
        'CLOUD  primary (claude-opus-5) answers',
        '',
        'Targets',
        '  ✓ primary  ready',
        `      ${place}`,
        '',
        'Engines',
        '  none',
        '',
        'Today    no conversation yet',
      ].join('\n'),
    )
  })

  it('says why, until when, and how everything is', () => {
    expect(statusScreen(busy, plain)).toBe(
      [
        'Trooper 1.2.3 at http://127.0.0.1:3000, up 3 h 12 min',
        '',
        'LOCAL  local/qwen2.5:3b answers anthropic',
        '       instead of primary: credit spent, until 17:00 (2 h 04 min)',
        'CLOUD  groq answers openai-chat',
        '       set by an agent: only local models are asked, until 15:55 (59 min 00 s)',
        '       No provider can be reached from this machine.',
        '',
        'Targets',
        '  – primary  rests until 17:00 (2 h 04 min): credit spent',
        `      ${place}`,
        '      5h          ████████████████████  100 %  resets in 2 h 04 min',
        '      7d of opus  █████░░░░░░░░░░░░░░░  24 %   resets in 3 d 0 h',
        '      and of 1 more account',
        '  ✗ groq  cannot be reached',
        `      ${place}`,
        '  ? local/qwen2.5:3b  is being tried for 3 s: overloaded',
        '      http://localhost:11434/api/chat',
        '',
        'Engines',
        '  Ollama 0.34.2  qwen2.5:3b  loaded           window 32,768; tools; 1 answered, 2 wait',
        '  nobody         gemma       does not answer  http://localhost:1234',
        '',
        'Today    1,240 conversations; 310 by a fallback, 25 %; 2 failed',
        '         $4.10 spent; $1.23 or more not spent',
        '         quota spent 300, overloaded 10',
      ].join('\n'),
    )
  })

  it('says of money that nobody knows that it is unknown', () => {
    const today = { ...busy.today, byTarget: {}, notSpent: { usd: 0, unknown: 3 } }
    expect(statusScreen({ ...busy, today }, plain)).toContain('2 failed\n         what was not spent is unknown\n')
  })

  it('says that the one who would answer cannot', () => {
    const [engine] = busy.engines
    const engines = engine ? [{ ...engine, state: 'unreachable' as const }] : []
    expect(statusScreen({ ...busy, engines }, plain)).toContain(
      'LOCAL  local/qwen2.5:3b would answer, but its server does not',
    )
  })

  it.each([40, 61, 80, 200])('is no wider than %i columns, in colour too', (width) => {
    for (const paint of [createPaint(false), createPaint(true)])
      for (const line of statusScreen(busy, { ...plain, width, paint }).split('\n'))
        expect(widthOf(line)).toBeLessThanOrEqual(width)
  })

  it('has colours only where they are wanted', () => {
    expect(statusScreen(busy, plain)).not.toContain('\u001B')
    const painted = statusScreen(busy, { ...plain, paint: createPaint(true) })
    expect(painted).toContain(`\u001B[31m${'█'.repeat(20)}\u001B[0m`)
  })
})

/** An hour as it might have been, the same every time: the cloud is overloaded for a while, a stream breaks, a plan's five hours are used up. */
import type { DayView, DrillRunView, DrillView, EngineView, StatusView, TargetView } from '../../src/admin/views.ts'
import type { AttemptEntry, Entry } from '../../src/observe/journal/entry.ts'

/** Tuesday, 18:24:10 UTC. */
export const nowMs = Date.UTC(2026, 3, 21, 18, 24, 10)

const minuteMs = 60_000
const overloadedSinceMs = nowMs - 41 * minuteMs
const overloadedUntilMs = nowMs - 32 * minuteMs
const spentSinceMs = nowMs - 2.5 * minuteMs
const backAtMs = nowMs + (2 * 60 + 12) * minuteMs + 9000

const cloud = { target: 'anthropic', kind: 'cloud', dialect: 'anthropic', model: 'claude-sonnet-4-5' } as const
const local = { target: 'local/qwen3.5:9b', kind: 'local', dialect: 'ollama', model: 'qwen3.5:9b' } as const

let ids = 0
let seed = 20260421

/** Between 0 and 1; the same numbers in the same order every time (Park and Miller). */
function chance(): number {
  seed = (seed * 48271) % 2147483647
  return seed / 2147483647
}

function between(low: number, high: number): number {
  return Math.round(low + chance() * (high - low))
}

function cloudAttempt(): AttemptEntry {
  const [connectMs, headMs] = [between(18, 45), between(280, 420)]
  const contentMs = headMs + between(90, 900)
  const outputTokens = between(60, 900)
  return {
    ...cloud,
    how: 'relay',
    startMs: 0,
    connectMs,
    headMs,
    contentMs,
    endMs: contentMs + Math.round((outputTokens / between(62, 88)) * 1000),
    end: { is: 'answered' },
    usage: { inputTokens: between(2000, 30_000), cacheReadTokens: between(1000, 1900), outputTokens },
  }
}

function localAttempt(startMs: number): AttemptEntry {
  const turnMs = startMs + between(0, 12)
  const contentMs = turnMs + between(900, 2600)
  const outputTokens = between(60, 500)
  return {
    ...local,
    how: 'translate',
    startMs,
    turnMs,
    connectMs: turnMs + 2,
    headMs: contentMs - 3,
    contentMs,
    endMs: contentMs + Math.round((outputTokens / between(28, 36)) * 1000),
    end: { is: 'answered' },
    usage: { inputTokens: between(2000, 30_000), outputTokens },
  }
}

function entryOf(atMs: number, attempts: AttemptEntry[]): Entry {
  ids += 1
  const last = attempts.at(-1)
  const facts = { id: `sample-${ids}`, atMs, dialect: 'anthropic', about: 'conversation', isStream: true } as const
  return {
    ...facts,
    model: 'claude-sonnet-4-5',
    attempts,
    end: { is: 'answered', target: last?.target ?? '' },
    totalMs: last?.endMs ?? 0,
  }
}

function overloaded(): AttemptEntry {
  const end = { is: 'failed', reason: 'overloaded', words: 'overloaded', status: 529 } as const
  return { ...cloud, how: 'relay', startMs: 0, connectMs: 28, headMs: 611, endMs: 613, end }
}

function refused(): AttemptEntry {
  const end = { is: 'failed', reason: 'quota-spent', words: 'quota spent', status: 429 } as const
  return { ...cloud, how: 'relay', startMs: 0, connectMs: 31, headMs: 184, endMs: 186, end }
}

function skipped(): AttemptEntry {
  const end = { is: 'skipped', reason: 'quota-spent', words: 'quota spent', untilMs: backAtMs } as const
  return { ...cloud, how: 'relay', startMs: 0, endMs: 0, end }
}

/** The cloud breaks off in the middle, the local model goes on. */
function seamEntry(atMs: number): Entry {
  const end = { is: 'broken', reason: 'overloaded', words: 'overloaded' } as const
  const first: AttemptEntry = { ...cloudAttempt(), endMs: 3900, end, usage: { inputTokens: 18_211, outputTokens: 214 } }
  const second: AttemptEntry = { ...localAttempt(3902), how: 'seam', omitted: { messages: 34, tokens: 12_345 } }
  return entryOf(atMs, [first, second])
}

/** The cloud broke off in the middle of it. */
export const seamExchange = seamEntry(spentSinceMs - 40_000)

/** Oldest first. */
function sampleHour(): Entry[] {
  const entries: Entry[] = []
  const ask = (fromMs: number, untilMs: number, attempts: () => AttemptEntry[]): void => {
    for (let atMs = fromMs; atMs < untilMs; atMs += between(20, 75) * 1000) entries.push(entryOf(atMs, attempts()))
  }
  ask(nowMs - 58 * minuteMs, overloadedSinceMs, () => [cloudAttempt()])
  ask(overloadedSinceMs, overloadedUntilMs, () => [overloaded(), localAttempt(615)])
  ask(overloadedUntilMs, spentSinceMs - minuteMs, () => [cloudAttempt()])
  entries.push(seamExchange, entryOf(spentSinceMs, [refused(), localAttempt(188)]))
  ask(spentSinceMs + 50_000, nowMs - 30_000, () => [skipped(), localAttempt(0)])
  return entries
}

function openEntry(): Entry {
  const { usage: _, endMs: _end, ...attempt } = localAttempt(0)
  const entry = entryOf(nowMs - 6000, [skipped(), { ...attempt, end: { is: 'open' } }])
  const { totalMs: _total, ...open } = entry
  return { ...open, end: { is: 'open' } }
}

/** Newest first. */
export const sampleExchanges: Entry[] = [...sampleHour(), openEntry()].toReversed()

const openai: TargetView = {
  name: 'openai',
  kind: 'cloud',
  dialect: 'openai-responses',
  place: 'https://api.openai.com/v1/responses',
  state: { is: 'ready' },
  quotas: [],
}

const anthropic: TargetView = {
  name: 'anthropic',
  kind: 'cloud',
  dialect: 'anthropic',
  place: 'https://api.anthropic.com/v1/messages',
  state: { is: 'resting', reason: 'quota-spent', words: 'quota spent', untilMs: backAtMs },
  quotas: [
    { window: '5h', used: 1, resetsAtMs: backAtMs, account: 'c0ffee0123' },
    { window: '7d', used: 0.62, resetsAtMs: nowMs + 3 * 86_400_000 + 5 * 3_600_000, account: 'c0ffee0123' },
  ],
}

/** Refused in the middle of the hour. */
const restingAnthropic: TargetView = {
  ...anthropic,
  rests: [
    {
      target: 'anthropic',
      place: 'https://api.anthropic.com/v1/messages',
      account: 'c0ffee0123',
      reason: 'quota-spent',
      words: 'You have reached your usage limit.',
      window: '5h',
      untilMs: backAtMs,
      refusals: 1,
      isProbed: false,
    },
  ],
}

const qwen: TargetView = {
  name: local.target,
  kind: 'local',
  dialect: 'ollama',
  place: 'http://localhost:11434/api/chat',
  model: local.model,
  state: { is: 'ready' },
  quotas: [],
}

const engine: EngineView = {
  target: local.target,
  software: 'Ollama 0.34.2',
  place: 'http://localhost:11434/api/chat',
  model: local.model,
  state: 'loaded',
  windowTokens: 65_536,
  can: { tools: true, vision: true, thinking: true },
  queue: { running: 1, waiting: 0 },
}

function dayOf(day: string, exchanges: number, fallbacks: number, more: Partial<DayView> = {}): DayView {
  const tokens = { failed: 0, inputTokens: 9000, outputTokens: 320 }
  const cloudDay = {
    kind: 'cloud',
    answered: exchanges - fallbacks,
    cost: { usd: (exchanges - fallbacks) * 0.0318, unknown: 0 },
  } as const
  const localDay = { kind: 'local', answered: fallbacks, cost: { usd: 0, unknown: 0 } } as const
  const times = (count: number) => ({
    failed: 0,
    inputTokens: tokens.inputTokens * count,
    outputTokens: tokens.outputTokens * count,
  })
  return {
    day,
    exchanges,
    fallbacks,
    failed: 0,
    seams: 0,
    byReason: fallbacks > 0 ? { 'quota-spent': fallbacks } : {},
    byTarget: {
      anthropic: { ...cloudDay, ...times(exchanges - fallbacks) },
      [local.target]: { ...localDay, ...times(fallbacks) },
    },
    notSpent: { usd: fallbacks * 0.0318, unknown: 0 },
    ...more,
  }
}

const today = dayOf('2026-04-21', 183, 26, { seams: 1, byReason: { 'quota-spent': 25, overloaded: 1 } })

export const sampleDays: DayView[] = [
  today,
  dayOf('2026-04-20', 241, 58, { seams: 3, byReason: { 'quota-spent': 51, overloaded: 7 } }),
  dayOf('2026-04-19', 12, 0),
  dayOf('2026-04-18', 34, 34, { byReason: { network: 34 }, notSpent: { usd: 0.71, unknown: 4 } }),
  dayOf('2026-04-17', 310, 72, { failed: 2, byReason: { 'quota-spent': 60, 'rate-limited': 12 } }),
]

/** Spent: the local model answers in the cloud's place. */
export const fallenBack: StatusView = {
  version: '0.1.0',
  nowMs,
  startedAtMs: nowMs - 86_400_000,
  override: { mode: 'auto' },
  answering: [
    {
      dialects: ['anthropic'],
      target: local.target,
      kind: 'local',
      model: local.model,
      instead: { of: 'anthropic', reason: 'quota-spent', words: 'quota spent', untilMs: backAtMs },
    },
    { dialects: ['openai-chat', 'openai-responses'], target: 'openai', kind: 'cloud' },
  ],
  targets: [restingAnthropic, openai, qwen],
  engines: [engine],
  network: 'up',
  today,
}

export const cloudAnswers: StatusView = {
  ...fallenBack,
  answering: [
    { dialects: ['anthropic'], target: 'anthropic', kind: 'cloud' },
    { dialects: ['openai-chat', 'openai-responses'], target: 'openai', kind: 'cloud' },
  ],
  targets: [
    {
      ...anthropic,
      state: { is: 'ready' },
      quotas: anthropic.quotas.map((quota) => (quota.window === '5h' ? { ...quota, used: 0.81 } : quota)),
    },
    openai,
    qwen,
  ],
  engines: [{ ...engine, queue: { running: 0, waiting: 0 } }],
}

export const nothingYet: StatusView = {
  ...cloudAnswers,
  answering: [
    { dialects: ['anthropic', 'openai-chat', 'openai-responses', 'ollama'], target: 'anthropic', kind: 'cloud' },
  ],
  targets: [{ ...anthropic, state: { is: 'ready' }, quotas: [] }, { ...qwen }],
  engines: [{ ...engine, state: 'unloaded', queue: { running: 0, waiting: 0 } }],
  today: dayOf('2026-04-21', 0, 0, { byTarget: {} }),
}

export const sampleDrill: DrillView = {
  scenarios: [
    {
      name: 'quota-spent',
      provider: 'Refuses every request, as the credit is used up.',
      trooper: 'Asks the local model.',
      app: 'An ordinary answer.',
    },
    {
      name: 'stream-cut',
      provider: 'Breaks the connection in the middle of its answer.',
      trooper: 'Goes on.',
      app: 'One whole answer.',
    },
  ],
}

/** A drill of both scenarios, as it has to end. */
export const drilledWell: DrillRunView = {
  state: 'over',
  startedAtMs: nowMs - 9000,
  endedAtMs: nowMs - 2000,
  localModel: 'Local model: qwen3.5:9b at http://localhost:11434, as it is configured.',
  scenarios: [
    {
      name: 'quota-spent',
      state: 'right',
      runs: [
        { dialect: 'messages', streamed: true, ok: true, outcomes: ['local'], tookMs: 840 },
        { dialect: 'messages', streamed: false, ok: true, outcomes: ['local'], tookMs: 790 },
      ],
    },
    {
      name: 'stream-cut',
      state: 'right',
      runs: [
        { dialect: 'messages', streamed: true, ok: true, outcomes: ['both'], tookMs: 1210 },
        { dialect: 'messages', streamed: false, ok: true, outcomes: ['local'], tookMs: 990 },
      ],
    },
  ],
}

/** The same, one of which did not. */
export const drilled: DrillRunView = {
  ...drilledWell,
  scenarios: drilledWell.scenarios.map((scenario) =>
    scenario.name === 'stream-cut' ? { ...scenario, state: 'wrong' } : scenario,
  ),
}

import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { nothingKnown } from '../../test/fakes/nothing-known.ts'
import type { Failure, Limit } from '../ir/failure.ts'
import { emptyDay } from '../observe/days/day.ts'
import type { Entry } from '../observe/journal/entry.ts'
import type { Chain } from '../routing/chains.ts'
import type { Payer } from '../routing/ledger.ts'
import type { Target } from '../routing/target.ts'
import { statusOf, type StatusFacts } from './status.ts'
import type { EngineView } from './views.ts'

const url = { origin: 'https://a.example', base: '/v1', query: '?key=secret', text: 'https://a.example/v1/messages' }
const cloud: Target = { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url }
const second: Target = {
  ...cloud,
  name: 'second',
  url: { ...url, origin: 'https://b.example', text: 'https://b.example/v1/messages' },
  credential: { header: 'x-api-key', value: 'k' },
  models: [['claude-*', 'big']],
}
const local: Target = { ...cloud, name: 'local/m', kind: 'local', dialect: 'ollama', speaks: ['ollama'], model: 'm' }

const spent: Limit = { kind: 'quota-spent', what: 'credit', scope: 'account', resetsAtMs: 9000, message: 'Spent.' }
const overloaded: Failure = { kind: 'overloaded', message: 'Overloaded' }
const payer = (target: Target, account = 'a', model = 'opus'): Payer => ({ target, account, model })

function stage(chain: Chain = [cloud, local], more: Partial<StatusFacts> = {}) {
  const clock = new FakeClock(0)
  const away = new Set<string>()
  const known = nothingKnown(clock)
  const facts: StatusFacts = {
    ...known,
    network: { isQuiet: false, isAway: (origin) => away.has(origin) },
    chains: { anthropic: chain, 'openai-chat': chain, 'openai-responses': chain, ollama: chain },
    recent: [],
    engines: [],
    today: emptyDay('2026-11-24'),
    ownAccount: ({ credential }) => credential && `own-${credential.value}`,
    version: '1.2.3',
    startedAtMs: 0,
    ...more,
  }
  const first = (nowMs: number) => statusOf(facts, nowMs).answering[0]
  const state = (nowMs: number, name = 'primary') =>
    statusOf(facts, nowMs).targets.find((target) => target.name === name)?.state
  return { facts, known, away, first, state }
}

/** Somebody's exchange at a target, as far as the status looks at it. */
function came(dialect: Entry['dialect'], model: string): Entry {
  return {
    id: model,
    atMs: 0,
    dialect,
    about: 'conversation',
    isStream: true,
    model,
    attempts: [],
    end: { is: 'open' },
  }
}

describe('who answers now', () => {
  it('is the first of the chain while nothing is known of it', () => {
    const { first, state } = stage()
    const dialects = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']
    expect(first(0)).toEqual({ dialects, target: 'primary', kind: 'cloud' })
    expect(state(0)).toEqual({ is: 'ready' })
  })

  it('is the local model while the quota is spent, and until when that is', () => {
    const { known, first, state } = stage()
    known.payers.note(payer(cloud))
    known.ledger.record(payer(cloud), spent, 0)
    const instead = { of: 'primary', reason: 'quota-spent', words: 'credit spent', untilMs: 9000 }
    expect(first(8999)).toMatchObject({ target: 'local/m', kind: 'local', model: 'm', instead })
    expect(state(8999)).toEqual({ is: 'resting', reason: 'quota-spent', words: 'credit spent', untilMs: 9000 })
    expect(first(9000)).toMatchObject({ target: 'primary' })
    expect(state(9000)).toEqual({ is: 'ready' })
  })

  it('is the local model until the primary is tried, where nobody said when its quota is back, or only when at the latest', () => {
    const unsaid: Limit = { kind: 'quota-spent', what: 'credit', scope: 'account', message: 'Spent.' }
    const tryAt = (limit: Limit): boolean | undefined => {
      const { known, first } = stage()
      known.payers.note(payer(cloud))
      known.ledger.record(payer(cloud), limit, 0)
      return first(1)?.instead?.isTry
    }
    expect(tryAt(spent)).toBeUndefined()
    expect(tryAt(unsaid)).toBe(true)
    expect(tryAt({ ...unsaid, resetsAtMs: 3_600_000, isUpperBound: true })).toBe(true)
  })

  it('is the local model while one exchange finds out whether the primary is back', () => {
    const { known, first, state } = stage()
    known.payers.note(payer(cloud))
    known.ledger.record(payer(cloud), spent, 0)
    known.ledger.claim(payer(cloud), 9500)
    expect(first(9600)).toMatchObject({ target: 'local/m', instead: { reason: 'quota-spent' } })
    expect(first(9600)?.instead).not.toHaveProperty('untilMs')
    expect(state(9600)).toEqual({ is: 'probing', reason: 'quota-spent', words: 'credit spent', sinceMs: 9500 })
  })

  it('is the second provider where there is one, under the model that it knows', () => {
    const { known, first, facts } = stage([cloud, second, local])
    facts.recent = [came('anthropic', 'claude-opus-5')]
    known.payers.note(payer(cloud))
    known.ledger.record(payer(cloud), spent, 0)
    expect(first(0)).toMatchObject({ target: 'second', kind: 'cloud', model: 'big', instead: { of: 'primary' } })
  })

  it('is told by a breaker, the network and a quota that is nearly spent', () => {
    const { known, away, facts, first, state } = stage()
    known.payers.note(payer(cloud))
    for (let at = 0; at < 3; at += 1) known.breakers.failed(payer(cloud), overloaded, false, 0)
    const busy = { of: 'primary', reason: 'overloaded', words: 'overloaded', untilMs: 5000, isTry: true }
    expect(first(0)?.instead).toEqual(busy)
    facts.handoverAt = 0.9
    known.usage.note(payer(cloud), [{ window: '5h', used: 0.95, resetsAtMs: 7000, modelOnly: false }], 0)
    expect(first(0)?.instead).toMatchObject({ reason: 'handover', untilMs: 7000 })
    expect(statusOf(facts, 0).network).toBe('up')
    away.add(url.origin)
    expect(first(0)?.instead).toEqual({ of: 'primary', reason: 'network', words: 'network unreachable' })
    expect(state(0)).toEqual({ is: 'away' })
    expect(statusOf(facts, 0).network).toBe('down')
  })

  it('is who the person says, and the targets are shown as they are beside that', () => {
    const { known, first, state } = stage()
    known.override.set({ mode: 'local', untilMs: 500 })
    expect(first(0)).toMatchObject({ target: 'local/m', instead: { reason: 'override', untilMs: 500 } })
    expect(state(0)).toEqual({ is: 'ready' })
    expect(first(500)).toMatchObject({ target: 'primary' })
    known.payers.note(payer(cloud))
    known.ledger.record(payer(cloud), spent, 500)
    known.override.set({ mode: 'primary' })
    expect(first(600)).toMatchObject({ target: 'primary' })
    expect(state(600)).toMatchObject({ is: 'resting' })
  })

  it('is not a local model whose server does not answer, where another one does', () => {
    const { first, state, facts, known } = stage([cloud, local, { ...local, name: 'local/n', model: 'n' }])
    facts.engines = [engine('local/m', 'unreachable'), engine('local/n', 'unloaded')]
    known.override.set({ mode: 'local' })
    expect(first(0)).toMatchObject({ target: 'local/n' })
    expect(state(0, 'local/m')).toEqual({ is: 'away' })
    facts.engines = [engine('local/m', 'unreachable'), engine('local/n', 'unreachable')]
    expect(first(0)).toMatchObject({ target: 'local/m' })
  })

  it('is told for each chain, that of the latest exchange first', () => {
    const { facts } = stage()
    facts.chains = { ...facts.chains, 'openai-chat': [second, local], 'openai-responses': [second, local] }
    const order = () => statusOf(facts, 0).answering.map(({ dialects }) => dialects.join(' '))
    expect(order()).toEqual(['anthropic ollama', 'openai-chat openai-responses'])
    facts.recent = [came('openai-responses', 'gpt'), came('anthropic', 'opus')]
    expect(order()).toEqual(['openai-chat openai-responses', 'anthropic ollama'])
  })
})

function engine(target: string, state: EngineView['state']): EngineView {
  return { target, place: 'http://localhost:1', model: '', state, can: {}, queue: { running: 0, waiting: 0 } }
}

describe('whose standing is shown', () => {
  it('is that of whoever asked last', () => {
    const { known, state } = stage()
    known.ledger.record(payer(cloud, 'a'), spent, 0)
    known.payers.note(payer(cloud, 'a'))
    expect(state(0)).toMatchObject({ is: 'resting' })
    known.payers.note(payer(cloud, 'b'))
    expect(state(0)).toEqual({ is: 'ready' })
  })

  it('is that of the only account that is remembered, after a restart', () => {
    const { known, state } = stage()
    known.ledger.record(payer(cloud, 'a'), spent, 0)
    expect(state(0)).toMatchObject({ is: 'resting' })
  })

  it('is nobody’s where several are remembered: what one has spent is not spent for all', () => {
    const { known, state } = stage()
    known.ledger.record(payer(cloud, 'a'), spent, 0)
    known.usage.note(payer(cloud, 'b'), [{ window: '5h', used: 0.5, resetsAtMs: 7000, modelOnly: false }], 0)
    expect(state(0)).toEqual({ is: 'ready' })
  })

  it('is that of the target’s own credential, where it has one', () => {
    const { known, state } = stage([second, local])
    known.ledger.record(payer(second, 'own-k'), spent, 0)
    known.ledger.record(payer(second, 'another'), { ...spent, resetsAtMs: 10_000 }, 0)
    expect(state(0, 'second')).toMatchObject({ is: 'resting', untilMs: 9000 })
  })

  it('is of the model that was asked for last, where only that is limited', () => {
    const { known, facts, first } = stage()
    known.payers.note(payer(cloud))
    known.ledger.record(payer(cloud), { ...spent, kind: 'rate-limited', scope: 'model', message: 'Slow down.' }, 0)
    expect(first(0)).toMatchObject({ target: 'local/m' })
    facts.recent = [came('anthropic', 'haiku')]
    expect(first(0)).toMatchObject({ target: 'primary' })
  })
})

describe('a target', () => {
  it('is shown with all that it is not asked for, whoever asked last, and of no other target', () => {
    const { facts, known } = stage([cloud, second, local])
    known.ledger.record(payer(cloud, 'b'), { ...spent, scope: 'model', resetsAtMs: 20_000 }, 0)
    known.ledger.record(payer(cloud, 'a'), spent, 0)
    known.ledger.record(payer(second), spent, 0)
    const [first, other, last] = statusOf(facts, 100).targets
    expect(first?.rests).toMatchObject([
      { account: 'a', reason: 'quota-spent', words: 'Spent.' },
      { account: 'b', model: 'opus', untilMs: 20_000 },
    ])
    expect(other?.rests).toHaveLength(1)
    expect(last).not.toHaveProperty('rests')
  })

  it('is shown with no more of them than anybody reads', () => {
    const { facts, known } = stage()
    for (let at = 0; at < 25; at += 1) known.ledger.record(payer(cloud, `account-${at}`), spent, 0)
    expect(statusOf(facts, 100).targets[0]?.rests).toHaveLength(20)
  })

  it('is shown with its quotas, of whoever asked last first, and without what is over', () => {
    const { known, facts } = stage()
    const note = (account: string, window: string, used: number, resetsAtMs: number): void =>
      known.usage.note(payer(cloud, account), [{ window, used, resetsAtMs, modelOnly: window === '7d' }], 0)
    note('a', '5h', 0.5, 5000)
    note('b', '7d', 1.2, 8000)
    note('b', '5h', 0.4, 6000)
    note('b', 'minute', 0.1, 60)
    known.payers.note(payer(cloud, 'b'))
    expect(statusOf(facts, 100).targets[0]?.quotas).toEqual([
      { window: '5h', used: 0.4, resetsAtMs: 6000, account: 'b' },
      { window: '7d', used: 1, resetsAtMs: 8000, account: 'b', model: 'opus' },
      { window: '5h', used: 0.5, resetsAtMs: 5000, account: 'a' },
    ])
  })

  it('is named without what its address may hide', () => {
    const { facts } = stage([cloud, second, local])
    const text = JSON.stringify(statusOf(facts, 0))
    expect(text).not.toContain('secret')
    expect(text).not.toContain('own-k')
  })
})

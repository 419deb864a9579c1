import { describe, expect, it } from 'vitest'
import type { Failure, Limit } from '../ir/failure.ts'
import { admit, dependsOnLoop, foresee, isQuiet, type Circumstances, type Known } from './admission.ts'
import { createBreakers } from './breakers.ts'
import { createLedger, type Payer } from './ledger.ts'
import type { Loop } from './loop.ts'
import { createOverride } from './override.ts'
import type { Target } from './target.ts'
import { createUsageBook } from './usage.ts'

const url = { origin: 'https://api.example.com', base: '/v1', query: '', text: 'https://api.example.com/v1/messages' }
const cloud: Target = { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url }
const local: Target = { ...cloud, name: 'local/m', kind: 'local', model: 'm' }
const payerOf = (target: Target): Payer => ({ target, account: 'a', model: 'opus' })
const spent: Limit = { kind: 'quota-spent', what: 'quota', scope: 'account', resetsAtMs: 1000, message: 'Spent.' }
const overloaded: Failure = { kind: 'overloaded', message: 'Overloaded' }

function stage(handoverAt?: number) {
  const away = new Set<string>()
  const known: Known = {
    ledger: createLedger(),
    breakers: createBreakers(),
    usage: createUsageBook(),
    override: createOverride(),
    handoverAt,
    network: {
      get isQuiet() {
        return away.size === 0
      },
      isAway: (origin) => away.has(origin),
    },
  }
  const ask = (
    nowMs: number,
    { target = cloud, ...more }: Partial<Circumstances> & { target?: Target } = {},
  ): string => {
    const circumstances: Circumstances = { isPrimary: true, isQuestion: false, loop: 'none', ...more }
    const admission = admit(payerOf(target), known, circumstances, nowMs)
    if (admission.is === 'skip') return `${admission.failure.kind}${admission.isPostponed ? ', postponed' : ''}`
    return admission.trial ? 'trial' : 'ask'
  }
  return { known, away, ask }
}

describe('a target', () => {
  it('is asked, and nobody need know who pays, while nothing is known', () => {
    const { known, ask } = stage()
    expect(isQuiet(known, 0)).toBe(true)
    expect(ask(0)).toBe('ask')
  })

  it('that is spent is left alone until its reset, then tried by one', () => {
    const { known, ask } = stage()
    known.ledger.record(payerOf(cloud), spent, 0)
    expect(isQuiet(known, 0)).toBe(false)
    expect([ask(999), ask(1000), ask(1000)]).toEqual(['quota-spent', 'trial', 'quota-spent'])
  })

  it('that keeps failing is left to last until its pause is over, then tried by one', () => {
    const { known, ask } = stage()
    for (let at = 0; at < 3; at += 1) known.breakers.failed(payerOf(cloud), overloaded, false, 0)
    expect([ask(0), ask(5000), ask(5000)]).toEqual(['overloaded, postponed', 'trial', 'overloaded, postponed'])
  })

  it('that cannot be reached is left to last, and nobody else', () => {
    const { known, away, ask } = stage()
    away.add(url.origin)
    expect(isQuiet(known, 0)).toBe(false)
    expect(ask(0)).toBe('network, postponed')
    expect(ask(0, { target: local })).toBe('ask')
  })

  it('of this machine has a breaker too', () => {
    const { known, ask } = stage()
    for (let at = 0; at < 3; at += 1) known.breakers.failed(payerOf(local), overloaded, false, 0)
    expect(ask(0, { target: local })).toBe('overloaded, postponed')
    expect(ask(5000, { target: local, loop: 'of a local call' })).toBe('trial')
  })
})

const nearly = [{ window: '5h', used: 0.96, resetsAtMs: 9000, modelOnly: false }]

function fail(breakers: Known['breakers']): void {
  for (let at = 0; at < 3; at += 1) breakers.failed(payerOf(cloud), overloaded, false, 0)
}

describe('foresight', () => {
  const now: Circumstances = { isPrimary: true, isQuestion: false, loop: 'none' }
  const spentEntry = (known: Known): void => known.ledger.record(payerOf(cloud), spent, 0)

  it('counts as asking nobody', () => {
    const { known, ask } = stage()
    spentEntry(known)
    for (let at = 0; at < 2; at += 1)
      expect(foresee(payerOf(cloud), known, now, 1000)).toEqual({ is: 'ask', isTrial: true })
    expect(ask(1000)).toBe('trial')
  })

  it('says until when a target is left alone, or since when somebody tries it', () => {
    const { known, ask } = stage(0.9)
    const rest = (nowMs: number) => {
      const foresight = foresee(payerOf(cloud), known, now, nowMs)
      return foresight.is === 'skip' ? foresight.rest : foresight
    }
    known.usage.note(payerOf(cloud), [{ window: '5h', used: 0.95, resetsAtMs: 700, modelOnly: false }], 0)
    expect(rest(0)).toEqual({ untilMs: 700 })
    spentEntry(known)
    expect(rest(0)).toEqual({ untilMs: 1000 })
    expect(ask(1000)).toBe('trial')
    expect(rest(1500)).toEqual({ probedSinceMs: 1000 })
    known.override.set({ mode: 'local', untilMs: 9000 })
    expect(rest(1500)).toEqual({ untilMs: 9000 })
    known.override.set({ mode: 'local' })
    expect(rest(1500)).toBeUndefined()
  })

  it('says until when a target that keeps failing is left alone', () => {
    const { known } = stage()
    for (let at = 0; at < 3; at += 1) known.breakers.failed(payerOf(local), overloaded, false, 0)
    expect(foresee(payerOf(local), known, now, 10)).toMatchObject({ is: 'skip', rest: { untilMs: 5000 } })
  })
})

describe('inside a tool loop', () => {
  it.each<[Loop, string]>([
    ['of a local call', 'local-loop, postponed'],
    ['of another call', 'trial'],
    ['none', 'trial'],
  ])('%s a primary that is due is: %s', (loop, expected) => {
    const { known, ask } = stage()
    known.ledger.record(payerOf(cloud), spent, 0)
    expect(ask(999, { loop })).toBe('quota-spent')
    expect(ask(1000, { loop })).toBe(expected)
  })

  it.each<[string, (known: Known, away: Set<string>) => void]>([
    [
      'its spent quota is back',
      ({ ledger }) => (ledger.record(payerOf(cloud), spent, 0), ledger.claim(payerOf(cloud), 1000).succeeded()),
    ],
    ['its breaker would let one ask', ({ breakers }) => fail(breakers)],
    [
      'its breaker has closed',
      ({ breakers }) => (
        fail(breakers),
        breakers.beginProbe(payerOf(cloud), 5000),
        breakers.succeeded(payerOf(cloud), 5000)
      ),
    ],
    ['the quota that was nearly used up is full again', ({ usage }) => usage.note(payerOf(cloud), nearly, 0)],
    ['the network is back', (_, away) => (away.add(url.origin), away.clear())],
    ['an override for local models has ended', ({ override }) => override.set({ mode: 'local', untilMs: 5000 })],
    ['nothing is known any more', () => {}],
  ])('of its own the local model stays though %s', (_why, happen) => {
    const { known, away, ask } = stage(0.95)
    happen(known, away)
    expect(ask(9000, { loop: 'of a local call' })).toBe('local-loop, postponed')
    expect(ask(9000)).toMatch(/^(ask|trial)$/)
  })

  it('of its own it does not stay for a question, which is no turn of anybody’s', () => {
    const { ask } = stage()
    expect(ask(0, { loop: 'of a local call', isQuestion: true })).toBe('ask')
  })
})

describe('a question that uses no quota', () => {
  it('tries nobody', () => {
    const { known, ask } = stage()
    known.ledger.record(payerOf(cloud), spent, 0)
    expect(ask(1000, { isQuestion: true })).toBe('quota-spent')
    expect(ask(1000)).toBe('trial')
  })
})

describe('a quota that is nearly used up', () => {
  it('is left to last from HANDOVER_AT on, until it is full again', () => {
    const { known, ask } = stage(0.95)
    known.usage.note(payerOf(cloud), [{ ...nearly[0]!, used: 0.94 }], 0)
    expect(ask(0)).toBe('ask')
    known.usage.note(payerOf(cloud), nearly, 0)
    expect(isQuiet(known, 0)).toBe(false)
    expect([ask(0), ask(8999), ask(9000)]).toEqual(['handover, postponed', 'handover, postponed', 'ask'])
    expect(isQuiet(known, 9000)).toBe(true)
  })

  it('is none of HANDOVER_AT where that is not set', () => {
    const { known, ask } = stage()
    known.usage.note(payerOf(cloud), nearly, 0)
    expect(isQuiet(known, 0)).toBe(true)
    expect(ask(0)).toBe('ask')
  })

  it('does not end a tool loop: whoever made the call reads its result', () => {
    const { known, ask } = stage(0.95)
    known.usage.note(payerOf(cloud), nearly, 0)
    expect(dependsOnLoop(payerOf(cloud), known, 0)).toBe(true)
    expect(ask(0, { loop: 'of another call' })).toBe('ask')
    expect(ask(0, { loop: 'of a local call' })).toBe('local-loop, postponed')
  })

  it('of one model leaves the others alone', () => {
    const { known } = stage(0.95)
    known.usage.note(payerOf(cloud), [{ ...nearly[0]!, modelOnly: true }], 0)
    const circumstances = { isPrimary: true, isQuestion: false, loop: 'none' } as const
    expect(admit({ ...payerOf(cloud), model: 'haiku' }, known, circumstances, 0)).toEqual({ is: 'ask' })
  })

  it('does not stand in the way of a probe that is due', () => {
    const { known, ask } = stage(0.95)
    known.usage.note(payerOf(cloud), nearly, 0)
    known.ledger.record(payerOf(cloud), spent, 0)
    expect(ask(1000)).toBe('trial')
  })
})

describe('an override', () => {
  it('for local models asks no provider, not even when nobody else is left', () => {
    const { known, ask } = stage()
    known.override.set({ mode: 'local' })
    expect(isQuiet(known, 0)).toBe(false)
    expect([ask(0), ask(0, { target: local })]).toEqual(['override', 'ask'])
  })

  it('for the primary asks it whatever is known, and no other target', () => {
    const { known, away, ask } = stage(0.95)
    known.ledger.record(payerOf(cloud), spent, 0)
    for (let at = 0; at < 3; at += 1) known.breakers.failed(payerOf(cloud), overloaded, false, 0)
    away.add(url.origin)
    known.override.set({ mode: 'primary' })
    expect([ask(0), ask(0, { loop: 'of a local call' })]).toEqual(['trial', 'trial'])
    expect(ask(0, { isQuestion: true })).toBe('ask')
    expect(ask(0, { isPrimary: false })).toBe('network, postponed')
  })

  it('ends when its time is over, or when it is taken back', () => {
    const { known, ask } = stage()
    known.override.set({ mode: 'local', untilMs: 5000 })
    expect([ask(4999), ask(5000)]).toEqual(['override', 'ask'])
    expect(known.override.get(5000)).toEqual({ mode: 'auto' })
    known.override.set({ mode: 'local' })
    known.override.set({ mode: 'auto' })
    expect(isQuiet(known, 0)).toBe(true)
  })

  it('tells whoever keeps it', () => {
    let changes = 0
    createOverride({ mode: 'auto' }, () => (changes += 1)).set({ mode: 'primary' })
    expect(changes).toBe(1)
  })
})

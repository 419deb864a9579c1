import { describe, expect, it } from 'vitest'
import type { Limit } from '../ir/failure.ts'
import { createLedger, type Ledger, type Payer } from './ledger.ts'
import type { Target } from './target.ts'

const url = { origin: 'https://api.example.com', base: '/v1', query: '', text: 'https://api.example.com/v1/messages' }
const target: Target = { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url }
const payer: Payer = { target, account: 'digest-a', model: 'opus' }
const minute = 60_000
const hour = 60 * minute

function spent(scope: 'account' | 'model' | 'request', resetsAtMs?: number, isUpperBound?: true): Limit {
  return {
    kind: 'quota-spent',
    what: 'quota',
    scope,
    message: 'No credit left.',
    ...(resetsAtMs !== undefined && { resetsAtMs }),
    ...(isUpperBound && { isUpperBound }),
  }
}

function standing(ledger: Ledger, nowMs: number, of: Partial<Payer> = {}): string {
  return ledger.look({ ...payer, ...of }, nowMs).is
}

describe('the ledger', () => {
  it('knows nothing at first', () => {
    const ledger = createLedger()
    expect(ledger.isEmptyAt(0)).toBe(true)
    expect(standing(ledger, 0)).toBe('free')
  })

  it('forbids a spent account for every model until its reset, and not a millisecond longer', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 5000), 0)
    expect(ledger.isEmptyAt(4999)).toBe(false)
    const both = (nowMs: number) => ['opus', 'haiku'].map((model) => standing(ledger, nowMs, { model }))
    expect(both(4999)).toEqual(['resting', 'resting'])
    expect(both(5000)).toEqual(['due', 'due'])
    expect(ledger.look(payer, 4999)).toMatchObject({ entry: { target: 'primary', limit: spent('account', 5000) } })
  })

  it('forbids one model and leaves the others of the account alone', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('model', 5000), 0)
    expect(standing(ledger, 0)).toBe('resting')
    expect(standing(ledger, 0, { model: 'haiku' })).toBe('free')
  })

  it('says nothing of another account, another target, or another provider under the same name', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 5000), 0)
    expect(standing(ledger, 0, { account: 'digest-b' })).toBe('free')
    expect(standing(ledger, 0, { target: { ...target, name: 'second' } })).toBe('free')
    expect(standing(ledger, 0, { target: { ...target, url: { ...url, text: 'https://b.example/v1' } } })).toBe('free')
  })

  it('lets the next exchange of every customer ask before its time where a person wants that', () => {
    let changes = 0
    const ledger = createLedger([], () => (changes += 1))
    ledger.record(payer, spent('account', 5000), 0)
    ledger.record({ ...payer, account: 'digest-b' }, spent('account', 9000), 0)
    ledger.record({ ...payer, target: { ...target, name: 'second' } }, spent('account', 5000), 0)
    expect(ledger.makeDue('nobody', 100)).toBe(false)
    expect([ledger.makeDue('primary', 100), ledger.makeDue('primary', 100)]).toEqual([true, false])
    expect(changes).toBe(4)
    expect([standing(ledger, 100), standing(ledger, 100, { account: 'digest-b' })]).toEqual(['due', 'due'])
    expect(standing(ledger, 100, { target: { ...target, name: 'second' } })).toBe('resting')
    ledger.claim(payer, 100).refused(payer, spent('account', 7000), 200)
    expect(standing(ledger, 6999)).toBe('resting')
  })

  it('remembers nothing of a request that was too big by itself', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('request', 5000), 0)
    expect(ledger.isEmptyAt(0)).toBe(true)
  })

  it('keeps a spent model resting when the account is due', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 1000), 0)
    ledger.record(payer, spent('model', 9000), 0)
    expect(ledger.look(payer, 2000)).toMatchObject({ is: 'resting', entry: { model: 'opus' } })
    expect(standing(ledger, 2000, { model: 'haiku' })).toBe('due')
  })

  it.each([
    [9000, 1000],
    [1000, 9000],
  ])('believes the later of two refusals at once, whichever comes first', (one, other) => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', one), 0)
    ledger.record(payer, spent('account', other), 0)
    expect(standing(ledger, 8999)).toBe('resting')
    expect(standing(ledger, 9000)).toBe('due')
  })

  it('has no cap: a reset in a month is a month away', () => {
    const ledger = createLedger()
    const month = 31 * 24 * hour
    ledger.record(payer, spent('account', month), 0)
    expect(standing(ledger, month - 1)).toBe('resting')
  })

  it('does not grow without bound, and forgets the oldest first', () => {
    const ledger = createLedger()
    for (let at = 0; at < 10_005; at += 1) ledger.record({ ...payer, account: `a${at}` }, spent('account', 9000), 0)
    expect(standing(ledger, 0, { account: 'a0' })).toBe('free')
    expect(standing(ledger, 0, { account: 'a10004' })).toBe('resting')
  })

  it('forgets a customer who did not come back for a day after the reset', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', hour), 0)
    expect(ledger.isEmptyAt(24 * hour)).toBe(false)
    expect(ledger.isEmptyAt(26 * hour)).toBe(true)
  })
})

describe('what other processes know', () => {
  it('is known here too, and what they had an answer of is free', () => {
    const [one, other] = [createLedger(), createLedger()]
    one.record(payer, spent('account', 1000), 0)
    other.learn(one.entries())
    expect(standing(other, 999)).toBe('resting')
    other.learn([])
    expect(standing(other, 500)).toBe('free')
    expect(other.entries()).toEqual([])
  })

  it('takes no probe from whoever has it, unless it is news', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 1000), 0)
    const known = structuredClone(ledger.entries())
    const probe = ledger.claim(payer, 1000)
    ledger.learn(known)
    expect(standing(ledger, 1000)).toBe('resting')
    probe.succeeded()
    expect(standing(ledger, 1001)).toBe('free')
    const later = known.map((entry) => ({ ...entry, refusals: 2, state: { is: 'resting', untilMs: 5000 } }) as const)
    ledger.learn(later)
    expect(standing(ledger, 1002)).toBe('resting')
  })
})

describe('a target that is due', () => {
  it('is asked by one exchange, while the others leave it alone', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 1000), 0)
    const probe = ledger.claim(payer, 1000)
    expect([standing(ledger, 1000), standing(ledger, 1000, { model: 'haiku' })]).toEqual(['resting', 'resting'])
    probe.succeeded()
    expect(standing(ledger, 1500)).toBe('free')
    expect(ledger.entries()).toEqual([])
  })

  it('may be asked by the next one when the first learned nothing', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 1000), 0)
    ledger.claim(payer, 1000).release()
    expect(standing(ledger, 1000)).toBe('due')
  })

  it('does not wait for ever for a probe without an answer, whose success counts all the same', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 1000), 0)
    const slow = ledger.claim(payer, 1000)
    expect(standing(ledger, 30_999)).toBe('resting')
    expect(standing(ledger, 31_000)).toBe('due')
    const second = ledger.claim(payer, 31_000)
    slow.release()
    expect(standing(ledger, 31_000)).toBe('resting')
    slow.succeeded()
    second.release()
    expect(standing(ledger, 32_000)).toBe('free')
  })

  it('rests when a later probe is refused, whatever an earlier one is told after that', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 1000), 0)
    const slow = ledger.claim(payer, 1000)
    ledger.claim(payer, 31_000).refused(payer, spent('account', 2 * hour), 32_000)
    slow.succeeded()
    slow.release()
    expect(standing(ledger, 33_000)).toBe('resting')
  })

  it('rests again, until what its newest word says, also when that is sooner than it was', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 100 * hour, true), 0)
    const probe = ledger.claim(payer, 5 * minute)
    probe.refused(payer, spent('account', 2 * hour), 6 * minute)
    probe.release()
    expect(standing(ledger, 2 * hour - 1)).toBe('resting')
    expect(standing(ledger, 2 * hour)).toBe('due')
  })

  it('stays due for the other models when only one is refused', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 1000), 0)
    const probe = ledger.claim(payer, 1000)
    probe.refused(payer, spent('model', 9000), 1100)
    probe.release()
    expect(standing(ledger, 1100)).toBe('resting')
    expect(standing(ledger, 1100, { model: 'haiku' })).toBe('due')
  })

  it('is not taken for spent because of a request that began before the probe', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account', 1000), 0)
    const probe = ledger.claim(payer, 1000)
    ledger.record(payer, spent('account', 5 * hour), 1100)
    probe.succeeded()
    expect(standing(ledger, 1200)).toBe('free')
  })
})

/** At which times it is asked when every probe is refused in the same way. */
function probesOf(limit: (nowMs: number) => Limit, count: number): number[] {
  const ledger = createLedger()
  ledger.record(payer, limit(0), 0)
  const times: number[] = []
  for (let nowMs = 0; times.length < count; nowMs += 1000) {
    if (standing(ledger, nowMs) !== 'due') continue
    times.push(nowMs / 1000)
    ledger.claim(payer, nowMs).refused(payer, limit(nowMs), nowMs)
  }
  return times
}

describe('the times of probes', () => {
  it('back off from 30 s where no reset is stated, up to a quarter of an hour', () => {
    expect(probesOf(() => spent('account'), 8)).toEqual([30, 90, 210, 450, 930, 1830, 2730, 3630])
  })

  it('come early where the announced reset is only the latest possible, and never after it', () => {
    expect(probesOf(() => spent('account', 3 * hour, true), 6)).toEqual([300, 900, 2100, 4500, 8100, 10_800])
  })

  it('begin anew after an answer', () => {
    const ledger = createLedger()
    ledger.record(payer, spent('account'), 0)
    ledger.claim(payer, 30_000).refused(payer, spent('account'), 30_000)
    ledger.claim(payer, 90_000).succeeded()
    ledger.record(payer, spent('account'), 100_000)
    expect(standing(ledger, 130_000)).toBe('due')
  })
})

describe('what the ledger hands on', () => {
  it('is told at every change that should outlive a restart, and goes on where it was', () => {
    let changes = 0
    const first = createLedger([], () => (changes += 1))
    first.record(payer, spent('account', 5000), 0)
    const second = createLedger(first.entries())
    expect(standing(second, 4999)).toBe('resting')
    expect(standing(second, 5000)).toBe('due')
    first.claim(payer, 5000).succeeded()
    expect(changes).toBe(2)
  })
})

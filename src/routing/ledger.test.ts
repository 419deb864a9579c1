import { describe, expect, it } from 'vitest'
import type { Failure } from '../ir/failure.ts'
import { createLedger, type Payer } from './ledger.ts'
import type { Target } from './target.ts'

const url = { origin: 'https://api.example.com', base: '/v1', query: '', text: 'https://api.example.com/v1/messages' }
const target: Target = { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url }
const payer: Payer = { target, account: 'digest-a', model: 'opus' }
const failure: Failure = { kind: 'quota-spent', what: 'credit', scope: 'account', message: 'No credit left.' }

describe('the ledger', () => {
  it('knows nothing at first', () => {
    const ledger = createLedger()
    expect(ledger.isEmptyAt(0)).toBe(true)
    expect(ledger.find(payer, 0)).toBeUndefined()
  })

  it('forbids a spent account for every model until its reset, and not a millisecond longer', () => {
    const ledger = createLedger()
    ledger.record(payer, 'account', 5000, failure, 0)
    expect(ledger.isEmptyAt(4999)).toBe(false)
    const found = (nowMs: number) => ['opus', 'haiku'].map((model) => ledger.find({ ...payer, model }, nowMs))
    for (const entry of found(4999)) expect(entry).toMatchObject({ target: 'primary', untilMs: 5000, failure })
    expect(found(5000)).toEqual([undefined, undefined])
  })

  it('forbids one model and leaves the others of the account alone', () => {
    const ledger = createLedger()
    ledger.record(payer, 'model', 5000, failure, 0)
    expect(ledger.find(payer, 0)).toMatchObject({ model: 'opus' })
    expect(ledger.find({ ...payer, model: 'haiku' }, 0)).toBeUndefined()
  })

  it('says nothing of another account or another target', () => {
    const ledger = createLedger()
    ledger.record(payer, 'account', 5000, failure, 0)
    expect(ledger.find({ ...payer, account: 'digest-b' }, 0)).toBeUndefined()
    expect(ledger.find({ ...payer, target: { ...target, name: 'second' } }, 0)).toBeUndefined()
  })

  it('remembers nothing of a request that was too big by itself', () => {
    const ledger = createLedger()
    ledger.record(payer, 'request', 5000, failure, 0)
    expect(ledger.isEmptyAt(0)).toBe(true)
  })

  it('finds a spent model after the account is free again', () => {
    const ledger = createLedger()
    ledger.record(payer, 'account', 1000, failure, 0)
    ledger.record(payer, 'model', 9000, failure, 0)
    expect(ledger.find(payer, 2000)).toMatchObject({ model: 'opus', untilMs: 9000 })
  })

  it('is empty again once everything has passed', () => {
    const ledger = createLedger()
    ledger.record(payer, 'account', 1000, failure, 0)
    ledger.record(payer, 'model', 3000, failure, 0)
    expect(ledger.isEmptyAt(2999)).toBe(false)
    expect(ledger.isEmptyAt(3000)).toBe(true)
  })

  it('believes the later of two resets, whichever comes first', () => {
    const ledger = createLedger()
    ledger.record(payer, 'account', 9000, failure, 0)
    ledger.record(payer, 'account', 1000, failure, 0)
    expect(ledger.find(payer, 5000)).toMatchObject({ untilMs: 9000 })
  })

  it('does not grow without bound, and forgets the oldest first', () => {
    const ledger = createLedger()
    for (let at = 0; at < 10_005; at += 1) ledger.record({ ...payer, account: `a${at}` }, 'account', 9000, failure, 0)
    expect(ledger.find({ ...payer, account: 'a0' }, 0)).toBeUndefined()
    expect(ledger.find({ ...payer, account: 'a10004' }, 0)).toBeDefined()
  })

  it('has no cap: a reset in a month is a month away', () => {
    const ledger = createLedger()
    const month = 31 * 24 * 3600 * 1000
    ledger.record(payer, 'account', month, failure, 0)
    expect(ledger.find(payer, month - 1)).toBeDefined()
  })
})

import { describe, expect, it } from 'vitest'
import type { Failure } from '../ir/failure.ts'
import { createLedger, type Payer } from './ledger.ts'
import { planExchange } from './plan.ts'
import type { Target } from './target.ts'

const url = { origin: 'https://api.example.com', base: '/v1', query: '', text: 'https://api.example.com/v1/messages' }
const cloud: Target = { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url }
const small: Target = { ...cloud, name: 'local/small', kind: 'local', model: 'small' }
const big: Target = { ...cloud, name: 'local/big', kind: 'local', model: 'big' }
const chain = [cloud, big, small]
const failure: Failure = { kind: 'quota-spent', what: 'quota', scope: 'account', message: 'Spent.' }

function payerAt(target: Target): Payer {
  return { target, account: 'a', model: target.model ?? 'opus' }
}

describe('planExchange', () => {
  it('asks the whole chain in order while nothing is spent', () => {
    expect(planExchange(chain, createLedger(), payerAt, 0)).toEqual({ candidates: chain, skipped: [] })
  })

  it('does not even ask who pays while nothing is spent', () => {
    const payer = (): Payer => {
      throw new Error('asked')
    }
    expect(planExchange(chain, createLedger(), payer, 0).candidates).toEqual(chain)
  })

  it('skips a spent primary and says why', () => {
    const ledger = createLedger()
    ledger.record(payerAt(cloud), 'account', 1000, failure, 0)
    const plan = planExchange(chain, ledger, payerAt, 999)
    expect(plan.candidates).toEqual([big, small])
    expect(plan.skipped).toMatchObject([{ target: cloud, entry: { untilMs: 1000, failure } }])
  })

  it('comes back to the primary the moment its reset has passed', () => {
    const ledger = createLedger()
    ledger.record(payerAt(cloud), 'account', 1000, failure, 0)
    expect(planExchange(chain, ledger, payerAt, 1000)).toEqual({ candidates: chain, skipped: [] })
  })

  it('never skips a local target', () => {
    const ledger = createLedger()
    ledger.record(payerAt(big), 'account', 1000, failure, 0)
    expect(planExchange(chain, ledger, payerAt, 0).candidates).toEqual(chain)
  })

  it('leaves the chain itself as it is', () => {
    const frozen = Object.freeze([...chain])
    expect(planExchange(frozen, createLedger(), payerAt, 0).candidates).not.toBe(frozen)
  })
})

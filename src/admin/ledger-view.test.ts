import { expect, it } from 'vitest'
import type { Limit } from '../ir/failure.ts'
import { createBreakers } from '../routing/breakers.ts'
import { createLedger, type Payer } from '../routing/ledger.ts'
import { ledgerView } from './ledger-view.ts'

const url = { origin: 'https://a.example', base: '/v1', query: '', text: 'https://a.example/v1/messages' }
const payer: Payer = {
  target: { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url },
  account: 'digest',
  model: 'opus',
}
const place = url.text

it('everybody who rests is listed: why, until when and in whose words, without what looks like a key', () => {
  const ledger = createLedger()
  const breakers = createBreakers()
  const spent: Limit = {
    kind: 'quota-spent',
    what: 'quota',
    scope: 'account',
    window: '5h',
    resetsAtMs: 9000,
    message: `The key sk-ant-api03-abcdefghijklmnopqrstuvwxyz has reached its limit. ${'x'.repeat(400)}`,
  }
  ledger.record(payer, spent, 0)
  ledger.record(payer, { kind: 'rate-limited', scope: 'model', resetsAtMs: 7000, message: '' }, 0)
  for (let at = 0; at < 3; at += 1)
    breakers.failed({ ...payer, account: 'other' }, { kind: 'overloaded', message: 'Overloaded' }, false, 0)
  const { entries } = ledgerView(ledger, breakers)
  const common = { target: 'primary', place, refusals: 1, isProbed: false }
  expect(entries).toEqual([
    { ...common, account: 'other', reason: 'overloaded', words: 'Overloaded', untilMs: 5000 },
    { ...common, account: 'digest', model: 'opus', reason: 'rate-limited', words: 'rate limited', untilMs: 7000 },
    { ...common, account: 'digest', reason: 'quota-spent', words: entries[2]?.words, window: '5h', untilMs: 9000 },
  ])
  expect(entries[2]?.words).toMatch(/^The key \[hidden\] has reached its limit\. x+$/)
  expect(entries[2]?.words).toHaveLength(300)
})

it('one that is being tried is marked, and when others may try', () => {
  const [ledger, breakers] = [createLedger(), createBreakers()]
  ledger.record(payer, { kind: 'quota-spent', what: 'quota', scope: 'account', resetsAtMs: 9000, message: 'Spent.' }, 0)
  ledger.claim(payer, 9100)
  for (let at = 0; at < 3; at += 1) breakers.failed(payer, { kind: 'overloaded', message: '' }, false, 0)
  breakers.beginProbe(payer, 6000)
  expect(ledgerView(ledger, breakers).entries).toMatchObject([
    { reason: 'quota-spent', untilMs: 9000, isProbed: true },
    { reason: 'overloaded', untilMs: 36_000, isProbed: true },
  ])
})

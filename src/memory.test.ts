import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../test/fakes/clock.ts'
import { scratchFolder } from '../test/fakes/output.ts'
import type { Limit } from './ir/failure.ts'
import { openMemory } from './memory.ts'
import type { Payer } from './routing/ledger.ts'

const text = 'https://api.example.com/v1/messages'
const url = { origin: 'https://api.example.com', base: '/v1', query: '', text }
const payer: Payer = {
  target: { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url },
  account: 'digest-a',
  model: 'opus',
}
const silent = { info: () => {}, warn: () => {}, error: () => {} }

function spentUntil(resetsAtMs: number): Limit {
  return { kind: 'quota-spent', what: 'quota', scope: 'account', resetsAtMs, message: 'Spent.' }
}

describe('what outlives a restart', () => {
  it('gives way to what is learned after it, also where that is sooner: somebody had the provider asked by hand', async () => {
    const path = join(scratchFolder('memory'), 'ledger.json')
    const clock = new FakeClock()
    const first = openMemory(path, clock, silent)
    first.known.ledger.record(payer, spentUntil(9000), 0)
    await first.settle()

    const { known, settle } = openMemory(path, clock, silent)
    known.ledger.claim(payer, 1000).refused(payer, spentUntil(5000), 1000)
    await settle()
    const third = openMemory(path, clock, silent).known
    for (const { ledger } of [known, third])
      expect([ledger.look(payer, 4999).is, ledger.look(payer, 5000).is]).toEqual(['resting', 'due'])
  })
})

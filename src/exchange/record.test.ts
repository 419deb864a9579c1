import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { createEnded } from '../observe/journal/ended.ts'
import { createJournal } from '../observe/journal/journal.ts'
import type { Incoming } from './outcome.ts'
import type { Target } from '../routing/target.ts'
import { ExchangeRecord } from './record.ts'

it('an exchange that is over keeps no request, though what was asked is to be read and it is not counted yet', async () => {
  const clock = new FakeClock()
  const journal = createJournal(
    10,
    'a',
    createEnded(() => undefined, clock),
    true,
  )
  const body = endOne(journal)
  await new Promise(setImmediate)
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  expect(clock.pending).toBe(1)
  expect(body.deref()).toBeUndefined()
  expect(journal.find('a-1')?.content).toEqual({ request: 'asked', answer: '' })
})

it('no time of an exchange lies before another, though somebody sets the clock back meanwhile', () => {
  const clock = new FakeClock()
  const journal = createJournal(
    10,
    'a',
    createEnded(() => undefined, clock),
  )
  const incoming: Incoming = { dialect: 'anthropic', query: '', headers: [], body: empty, asksForStream: true }
  const record = new ExchangeRecord({ journal }, incoming, undefined, 5000)
  record.attempt(target, 5001).spoke(5010)
  const second = record.attempt(target, 1000)
  second.connected(1005)
  second.ended({ type: 'answered' }, 1010)
  record.over(false, 1010)
  const { attempts, totalMs } = record.entry
  expect(attempts.map(({ startMs, contentMs, endMs }) => [startMs, contentMs, endMs])).toEqual([
    [1, 10, undefined],
    [10, undefined, 10],
  ])
  expect(totalMs).toBe(10)
})

const empty = Buffer.alloc(0)
const url = { origin: 'http://localhost:1', base: '', query: '', text: 'http://localhost:1/v1/messages' }
const target: Target = { name: 'primary', kind: 'cloud', dialect: 'anthropic', speaks: ['anthropic'], url }

function endOne(journal: ReturnType<typeof createJournal>): WeakRef<Buffer> {
  const body = Buffer.from('asked')
  const incoming: Incoming = { dialect: 'anthropic', query: '', headers: [], body, asksForStream: false }
  new ExchangeRecord({ journal }, incoming, undefined, 0).over(false, 1)
  return new WeakRef(body)
}

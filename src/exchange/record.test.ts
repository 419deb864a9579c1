import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { FakeClock } from '../../test/fakes/clock.ts'
import { createEnded } from '../observe/journal/ended.ts'
import { createJournal } from '../observe/journal/journal.ts'
import type { Incoming } from './outcome.ts'
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

function endOne(journal: ReturnType<typeof createJournal>): WeakRef<Buffer> {
  const body = Buffer.from('asked')
  const incoming: Incoming = { dialect: 'anthropic', query: '', headers: [], body, asksForStream: false }
  new ExchangeRecord({ journal }, incoming, undefined, 0).over(false, 1)
  return new WeakRef(body)
}

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { AttemptEntry, Entry } from './entry.ts'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { createEnded } from './ended.ts'
import { createJournal } from './journal.ts'
import { PlainEntries } from './plain-entries.ts'

const attempt: AttemptEntry = {
  target: 'anthropic',
  kind: 'cloud',
  dialect: 'anthropic',
  how: 'relay',
  startMs: 0,
  end: { is: 'answered' },
}
const bare: Entry = {
  id: 'a-1',
  atMs: 1_777_000_000_000,
  dialect: 'anthropic',
  about: 'conversation',
  isStream: false,
  attempts: [attempt],
  end: { is: 'answered', target: 'anthropic' },
}
const times = { turnMs: 1, connectMs: 2, headMs: 30, contentMs: 31, endMs: 500 }
const usage = { inputTokens: 9, cacheReadTokens: 0, cacheWriteTokens: 3, outputTokens: 7, reasoningTokens: 5 }
type Written<T, Left extends keyof T> = Required<Omit<T, Left>>
/** Whatever an entry gets that is new is missing here until {@link PlainEntries} writes it, or leaves such entries as they are. */
const fullAttempt: Written<AttemptEntry, 'omitted' | 'spanId'> = {
  ...attempt,
  ...times,
  model: 'claude-sonnet-5-20260101',
  usage,
}
const full: Written<Entry, 'by' | 'content' | 'trace'> = {
  ...bare,
  isStream: true,
  model: 'claude-sonnet-5',
  attempts: [fullAttempt],
  totalMs: 501,
}

it.each([
  ['knows everything', full],
  ['knows next to nothing', bare],
  ['was told of usage without a number', { ...bare, attempts: [{ ...attempt, usage: {} }] }],
  [
    'was answered by another target',
    { ...full, attempts: [{ ...attempt, target: 'b' }], end: { ...bare.end, target: 'b' } },
  ],
])('one that %s is read as it was written', (_, entry: Entry) => {
  const entries = new PlainEntries(3)
  for (const [place, other] of [full, entry, bare].entries()) expect(entries.write(place, other)).toBe(true)
  expect(entries.read(1, entry.id)).toStrictEqual(entry)
})

it.each<[string, Entry]>([
  ['has no end', { ...bare, end: { is: 'open' } }],
  ['failed', { ...bare, end: { is: 'failed', reason: 'overloaded' } }],
  ['was left by its client', { ...bare, end: { is: 'gone' } }],
  ['asked nobody', { ...bare, attempts: [] }],
  ['asked two', { ...bare, attempts: [attempt, attempt] }],
  ['is an agent’s', { ...bare, by: 'agent' }],
  ['has its content', { ...bare, content: { request: 'q', answer: 'a' } }],
  ['left something out', { ...bare, attempts: [{ ...attempt, omitted: { messages: 1, tokens: 2 } }] }],
  ['has a call that does not end', { ...bare, attempts: [{ ...attempt, end: { is: 'open' } }] }],
  ['has a span', { ...bare, attempts: [{ ...attempt, spanId: '0123456789abcdef' }] }],
])('one that %s is not written', (_, entry) => {
  const entries = new PlainEntries(1)
  expect(entries.write(0, entry)).toBe(false)
  expect(entries.read(0, entry.id)).toBeUndefined()
})

it('each is read as it was, also of more models than are known', () => {
  const entries = new PlainEntries(100)
  const named = Array.from({ length: 100 }, (_item, at): Entry => ({ ...full, model: `model-${at % 40}` }))
  for (const [place, entry] of named.entries()) entries.write(place, entry)
  expect(named.map((_entry, place) => entries.read(place, full.id))).toStrictEqual(named)
})

it('leaves an exchange that is over to the collector, though it is still known', async () => {
  const ended = createEnded(() => undefined, new FakeClock())
  const journal = createJournal(10, 'a', ended)
  const passed = endOne(journal)
  ended.flush()
  await new Promise(setImmediate)
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  expect(passed.deref()).toBeUndefined()
  expect(journal.find('a-1')).toMatchObject({ end: { is: 'answered', target: 'anthropic' }, attempts: [{ usage }] })
})

function endOne(journal: ReturnType<typeof createJournal>): WeakRef<Entry> {
  const entry = journal.open(bare)
  entry.attempts.push({ ...attempt, usage })
  entry.end = { is: 'answered', target: attempt.target }
  journal.close({ entry, complete: () => {} })
  return new WeakRef(entry)
}

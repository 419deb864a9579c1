import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/fakes/clock.ts'
import { createEnded } from './ended.ts'
import { createJournal, type Journal } from './journal.ts'

const facts = { atMs: 1, dialect: 'anthropic', about: 'conversation', isStream: true } as const

function create(size: number): Journal {
  return createJournal(
    size,
    'a',
    createEnded(() => undefined, new FakeClock()),
  )
}

describe('the journal', () => {
  it('keeps the last exchanges, the newest first', () => {
    const journal = create(2)
    const [, second, third] = [journal.open(facts), journal.open(facts), journal.open(facts)]
    expect(journal.list(10)).toEqual([third, second])
    expect(journal.list(1)).toEqual([third])
    expect(journal.list(10, third.id)).toEqual([second])
    expect(journal.find('a-1')).toBeUndefined()
    expect(journal.find('a-2')).toBe(second)
  })

  it('keeps what becomes of them, in the place of none that came later', () => {
    const journal = create(2)
    const [first, second] = [journal.open(facts), journal.open(facts)]
    for (const entry of [first, second]) {
      entry.attempts.push({
        target: 'x',
        kind: 'cloud',
        dialect: 'anthropic',
        how: 'relay',
        startMs: 0,
        end: { is: 'answered' },
      })
      entry.end = { is: 'answered', target: 'x' }
    }
    journal.close({ entry: second, complete: () => {} })
    const third = journal.open(facts)
    journal.close({ entry: first, complete: () => {} })
    expect(journal.list(10)).toStrictEqual([third, second])
    expect(journal.find('a-2')).toStrictEqual(second)
    for (const id of ['a-1', 'a-4', 'a-2.5', 'b-2', 'a-']) expect(journal.find(id)).toBeUndefined()
  })

  it('lists nothing before an exchange that it no longer has', () => {
    const journal = create(1)
    journal.open(facts)
    journal.open(facts)
    expect(journal.list(10, 'a-1')).toEqual([])
  })

  it('tells every moment to whoever listens, also when it keeps nothing', () => {
    const journal = create(0)
    const heard: string[] = []
    const stop = journal.listen(({ id }, moment) => heard.push(`${id} ${moment}`))
    const entry = journal.open(facts)
    journal.note(entry)
    journal.close({ entry, complete: () => {} })
    stop()
    journal.open(facts)
    expect(heard).toEqual(['a-1 began', 'a-1 changed', 'a-1 ended'])
    expect(journal.list(10)).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { mergeEntries, putEntry } from './entries.ts'
import { keptExchanges } from './model.ts'
import { exchange } from './sample.ts'

const ids = (entries: readonly Entry[]): string[] => entries.map(({ id }) => id)
const open = (number: number, atMs: number): Entry => exchange(number, atMs, [], { end: { is: 'open' } })
/** All that Trooper has. */
const whole = (...entries: Entry[]) => ({ entries, isNewest: true, isOldest: true })

describe('the list of exchanges', () => {
  it('has the newest first, also those of one millisecond', () => {
    const list = [exchange(9, 10), exchange(11, 20), exchange(10, 20), exchange(12, 20)].reduce<readonly Entry[]>(
      putEntry,
      [],
    )
    expect(ids(list)).toEqual(['run-12', 'run-11', 'run-10', 'run-9'])
  })

  it('has each exchange once, as it was last heard of', () => {
    const list = [open(1, 10), exchange(2, 20), exchange(1, 10)].reduce<readonly Entry[]>(putEntry, [])
    expect(ids(list)).toEqual(['run-2', 'run-1'])
    expect(list[1]?.end.is).toBe('answered')
  })

  it('takes in what was asked for, and opens nothing again that an event has closed', () => {
    const list = mergeEntries([exchange(3, 30), exchange(2, 20)], whole(open(2, 20), exchange(1, 10)), new Set())
    expect(ids(list)).toEqual(['run-3', 'run-2', 'run-1'])
    expect(list[1]?.end.is).toBe('answered')
  })

  it('takes the end of an exchange from the list where no event told it', () => {
    const list = mergeEntries([open(1, 10)], whole(exchange(1, 10)), new Set())
    expect(list[0]?.end.is).toBe('answered')
  })

  it('has none that is open for ever after a Trooper that is no more, and keeps what came of the others', () => {
    const known = [open(4, 40), exchange(3, 30), open(2, 20)]
    expect(ids(mergeEntries(known, whole(), new Set()))).toEqual(['run-3'])
    expect(ids(mergeEntries(known, whole(exchange(1, 50)), new Set()))).toEqual(['run-1', 'run-3'])
    expect(ids(mergeEntries(known, whole(), new Set(['run-4'])))).toEqual(['run-4', 'run-3'])
  })

  it('knows of a part of the list whether it would have one that is open', () => {
    const known = [open(6, 60), open(4, 40), open(2, 20)]
    const part = { entries: [exchange(5, 50), exchange(3, 30)], isNewest: false, isOldest: false }
    const left = (more: Partial<typeof part>) => ids(mergeEntries(known, { ...part, ...more }, new Set()))
    expect(left({})).toEqual(['run-6', 'run-5', 'run-3', 'run-2'])
    expect(left({ isNewest: true })).toEqual(['run-5', 'run-3', 'run-2'])
    expect(left({ isOldest: true })).toEqual(['run-6', 'run-5', 'run-3'])
    expect(left({ entries: [], isOldest: true })).toEqual(['run-6', 'run-4', 'run-2'])
  })

  it('is bounded', () => {
    const many = Array.from({ length: keptExchanges + 5 }, (_, at) => exchange(at, at))
    const merged = mergeEntries([], whole(...many), new Set())
    expect(merged).toHaveLength(keptExchanges)
    expect(merged.at(-1)?.id).toBe('run-5')
    const more = putEntry(merged, exchange(9999, 9999))
    expect(more).toHaveLength(keptExchanges)
    expect(more[0]?.id).toBe('run-9999')
  })
})

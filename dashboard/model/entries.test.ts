import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/observe/journal/entry.ts'
import { mergeEntries, putEntry } from './entries.ts'
import { keptExchanges } from './model.ts'
import { exchange } from './sample.ts'

const ids = (entries: readonly Entry[]): string[] => entries.map(({ id }) => id)

describe('the list of exchanges', () => {
  it('has the newest first, also those of one millisecond', () => {
    const list = [exchange(9, 10), exchange(11, 20), exchange(10, 20), exchange(12, 20)].reduce<readonly Entry[]>(
      putEntry,
      [],
    )
    expect(ids(list)).toEqual(['run-12', 'run-11', 'run-10', 'run-9'])
  })

  it('has each exchange once, as it was last heard of', () => {
    const open = exchange(1, 10, [], { end: { is: 'open' } })
    const list = [open, exchange(2, 20), exchange(1, 10)].reduce<readonly Entry[]>(putEntry, [])
    expect(ids(list)).toEqual(['run-2', 'run-1'])
    expect(list[1]?.end.is).toBe('answered')
  })

  it('takes in what was asked for, and opens nothing again that an event has closed', () => {
    const list = mergeEntries(
      [exchange(3, 30), exchange(2, 20)],
      [exchange(2, 20, [], { end: { is: 'open' } }), exchange(1, 10)],
      new Set(),
    )
    expect(ids(list)).toEqual(['run-3', 'run-2', 'run-1'])
    expect(list[1]?.end.is).toBe('answered')
  })

  it('takes the end of an exchange from the list where no event told it', () => {
    const list = mergeEntries([exchange(1, 10, [], { end: { is: 'open' } })], [exchange(1, 10)], new Set())
    expect(list[0]?.end.is).toBe('answered')
  })

  it('is bounded', () => {
    const many = Array.from({ length: keptExchanges + 5 }, (_, at) => exchange(at, at))
    const merged = mergeEntries([], many, new Set())
    expect(merged).toHaveLength(keptExchanges)
    expect(merged.at(-1)?.id).toBe('run-5')
    const more = putEntry(merged, exchange(9999, 9999))
    expect(more).toHaveLength(keptExchanges)
    expect(more[0]?.id).toBe('run-9999')
  })
})

import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from './ledger.ts'
import { readRemembered, writeRemembered, type Remembered } from './remembered.ts'
import { createSnapshots } from './snapshots.ts'

const place = 'https://api.example.com/v1/messages'

function entryOf(account: string): LedgerEntry {
  const limit = {
    kind: 'quota-spent',
    what: 'quota',
    scope: 'account',
    resetsAtMs: 9000,
    message: 'Said "so".',
  } as const
  return { target: 'primary', place, account, limit, refusals: 1, state: { is: 'resting', untilMs: 9000 } }
}

function knownOf(...entries: LedgerEntry[]): Remembered {
  const usage = [{ target: 'primary', place, account: 'a', window: '5h', used: 0.9, resetsAtMs: 9000 }]
  return { entries, usage, override: { mode: 'local', untilMs: 8000 } }
}

describe('a snapshot', () => {
  it('is what the file gives back, and its text that of the file', () => {
    const { take, write } = createSnapshots()
    const known = knownOf(entryOf('a'), entryOf('b'))
    const text = write(take(known))
    expect(text).toBe(writeRemembered(known))
    expect(readRemembered(text)).toEqual(take(known))
    expect(write(take(knownOf()))).toBe(writeRemembered(knownOf()))
  })

  it('has the same object for what has not changed, and another for what has', () => {
    const { take, write } = createSnapshots()
    const known = knownOf(entryOf('a'), entryOf('b'), entryOf('c'), entryOf('d'))
    const [, b, c, d] = known.entries
    const before = take(known)
    b!.refusals += 1
    c!.limit = { ...c!.limit, resetsAtMs: 7000 }
    d!.state = { is: 'probing', sinceMs: 9000, untilMs: 9500 }
    const after = take(known)
    expect(after.entries.map((entry, at) => entry === before.entries[at])).toEqual([true, false, false, false])
    expect(before.entries.map(({ refusals }) => refusals)).toEqual([1, 1, 1, 1])
    expect(write(after)).toBe(writeRemembered(known))
  })

  it('of an entry that is asked about and rests again is the one from before', () => {
    const { take } = createSnapshots()
    const known = knownOf(entryOf('a'))
    const [before] = take(known).entries
    known.entries[0]!.state = { is: 'probing', sinceMs: 9000, untilMs: 9000 }
    expect(take(known).entries[0]).toBe(before)
  })
})

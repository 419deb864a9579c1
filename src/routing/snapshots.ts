/** What is to outlive a restart, taken down often: of what has not changed since, nothing is copied, compared or written anew. */
import type { Limit } from '../ir/failure.ts'
import type { LedgerEntry } from './ledger.ts'
import { entryText, settled, settledOverride, writeRemembered, type Remembered } from './remembered.ts'
import type { UsageEntry } from './usage.ts'

export interface Snapshots {
  /** As the file would give it back, and no part of what goes on changing; an entry that is as it was is the same object again. */
  take: (known: Remembered) => Remembered
  /** The text of the file: of what was taken, or read and never changed since. ~0.1 ms for hundreds of entries. */
  write: (taken: Remembered) => string
}

interface Taken {
  entry: LedgerEntry
  /** What it was taken from. */
  limit: Limit
}

export function createSnapshots(): Snapshots {
  const taken = new WeakMap<LedgerEntry, Taken>()
  const texts = new WeakMap<LedgerEntry | UsageEntry, string>()

  const takeEntry = (live: LedgerEntry): LedgerEntry => {
    const before = taken.get(live)
    if (before && before.limit === live.limit && isAlike(before.entry, live)) return before.entry
    const entry = settled(live)
    taken.set(live, { entry, limit: live.limit })
    return entry
  }

  const textOf = (entry: LedgerEntry | UsageEntry): string => {
    const known = texts.get(entry)
    if (known !== undefined) return known
    const text = entryText(entry)
    texts.set(entry, text)
    return text
  }

  return {
    // How full a quota is is said by a new entry each time.
    take: ({ entries, usage, override }) => ({
      entries: entries.map(takeEntry),
      usage,
      override: settledOverride(override),
    }),
    write: (all) => writeRemembered(all, textOf),
  }
}

function isAlike(a: LedgerEntry, b: LedgerEntry): boolean {
  return a.refusals === b.refusals && a.state.untilMs === b.state.untilMs
}

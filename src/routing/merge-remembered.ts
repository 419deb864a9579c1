/** One memory out of those of several processes that share a file: each of them changed something since they last agreed. */
import type { LedgerEntry } from './ledger.ts'
import type { Remembered } from './remembered.ts'
import type { UsageEntry } from './usage.ts'

/**
 * `before` is what `mine` and `theirs` both come from. What only one side changed is as that side has it, so that nothing learned is lost
 * and nothing cleared comes back. Of two refusals the one that rests longer counts, and a refusal more than an answer that is as new: a
 * target that is asked again too late is asked all the same.
 */
export function mergeRemembered(before: Remembered, mine: Remembered, theirs: Remembered): Remembered {
  return {
    entries: mergeLists(before.entries, mine.entries, theirs.entries, (a, b) =>
      a.state.untilMs < b.state.untilMs ? b : a,
    ),
    usage: mergeLists(before.usage, mine.usage, theirs.usage, (a, b) => (isFuller(b, a) ? b : a)),
    override: isSame(before.override, mine.override) ? theirs.override : mine.override,
  }
}

type Entry = LedgerEntry | UsageEntry

function mergeLists<E extends Entry>(
  before: readonly E[],
  mine: readonly E[],
  theirs: readonly E[],
  choose: (mine: E, theirs: E) => E,
): E[] {
  const [agreed, own, others] = [byKey(before), byKey(mine), byKey(theirs)]
  return [...new Set([...others.keys(), ...own.keys()])].flatMap((key) => {
    const [old, a, b] = [agreed.get(key), own.get(key), others.get(key)]
    if (isSame(old, a)) return b ?? []
    if (isSame(old, b)) return a ?? []
    return a && b ? choose(a, b) : (a ?? b ?? [])
  })
}

function byKey<E extends Entry>(entries: readonly E[]): Map<string, E> {
  return new Map(entries.map((entry) => [keyOf(entry), entry]))
}

function keyOf(entry: Entry): string {
  const { target, place, account, model = '' } = entry
  return [target, place, account, model, 'window' in entry ? entry.window : ''].join('\n')
}

/** Both come out of the same reader, so that their fields stand in one order. */
function isSame(a: object | undefined, b: object | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function isFuller(a: UsageEntry, b: UsageEntry): boolean {
  return a.resetsAtMs === b.resetsAtMs ? a.used > b.used : a.resetsAtMs > b.resetsAtMs
}

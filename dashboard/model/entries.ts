/** The list of exchanges, newest first, each once and as it was last heard of. */
import type { Entry } from '../../src/observe/journal/entry.ts'
import { keptExchanges } from './model.ts'

/** What one event says. New ones are newer than all, or nearly so: the search is short. */
export function putEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const at = entries.findIndex(({ id }) => id === entry.id)
  if (at !== -1) return entries.with(at, entry)
  const place = entries.findIndex((other) => isNewer(entry, other))
  return entries.toSpliced(place === -1 ? entries.length : place, 0, entry).slice(0, keptExchanges)
}

interface Listed {
  entries: readonly Entry[]
  /** Trooper has none that is newer, or older. */
  isNewest: boolean
  isOldest: boolean
}

/** A list that was asked for, into what events have told meanwhile. `followed`: of these they go on telling. */
export function mergeEntries(
  entries: readonly Entry[],
  listed: Listed,
  followed: ReadonlySet<string>,
): readonly Entry[] {
  const byId = new Map(listed.entries.map((entry) => [entry.id, entry]))
  for (const entry of entries) {
    const isFollowed = followed.has(entry.id)
    if (isFollowed || (isFurther(entry, byId.get(entry.id)) && !isForgotten(entry, listed))) byId.set(entry.id, entry)
  }
  return [...byId.values()].sort((one, other) => (isNewer(one, other) ? -1 : 1)).slice(0, keptExchanges)
}

/** An event may overtake the answer to a question; what is over does not open again. */
function isFurther(known: Entry, listed: Entry | undefined): boolean {
  return listed === undefined || (listed.end.is === 'open' && known.end.is !== 'open')
}

/** It was open when the page lost Trooper, which has stopped since or keeps it no more: how it ended nobody can tell. */
function isForgotten(known: Entry, { entries, isNewest, isOldest }: Listed): boolean {
  const [newest, oldest] = [entries[0], entries.at(-1)]
  const isBelow = isNewest || (newest !== undefined && isNewer(newest, known))
  const isAbove = isOldest || (oldest !== undefined && isNewer(known, oldest))
  return known.end.is === 'open' && isBelow && isAbove
}

function isNewer(one: Entry, other: Entry): boolean {
  return one.atMs === other.atMs ? ordinal(one) > ordinal(other) : one.atMs > other.atMs
}

/** Ids count within one run of Trooper. */
function ordinal({ id }: Entry): number {
  return Number(id.slice(id.lastIndexOf('-') + 1))
}

/** The last exchanges, and who wants to hear of them. Bounded; in memory only. */
import type { Entry } from './entry.ts'

/** What is new of an exchange. */
type Moment = 'began' | 'changed' | 'ended'

type JournalListener = (entry: Entry, moment: Moment) => void

export interface Journal {
  /** The person wants to read what is asked and answered (`CAPTURE`). */
  readonly captures: boolean
  /** Begins the entry of an exchange that has begun. */
  open(facts: Pick<Entry, 'atMs' | 'dialect' | 'about' | 'by' | 'isStream' | 'model' | 'trace'>): Entry
  /** Something about it changed: another attempt, its first content, its end. */
  note(entry: Entry, moment: 'changed' | 'ended'): void
  /** Newest first, those before `beforeId` where that is given. */
  list(limit: number, beforeId?: string): Entry[]
  find(id: string): Entry | undefined
  /** Called for every moment of every exchange, in its path: whoever has much to do does it later. The answer ends that. */
  listen(listener: JournalListener): () => void
}

/** `size`: how many exchanges are kept; 0 keeps none, and listeners hear of them all the same. `begun` tells one process's ids from another's. */
export function createJournal(size: number, begun: string, captures = false): Journal {
  let count = 0
  /** In the order in which they came: a Map finds one, and its oldest, without a search. */
  const entries = new Map<string, Entry>()
  let listeners: readonly JournalListener[] = []

  const tell = (entry: Entry, moment: Moment): void => {
    for (const listener of listeners) listener(entry, moment)
  }

  return {
    captures,
    open: (facts) => {
      count += 1
      const entry: Entry = { id: `${begun}-${count}`, ...facts, attempts: [], end: { is: 'open' } }
      if (size > 0) entries.set(entry.id, entry)
      if (entries.size > size) {
        const [oldest] = entries.keys()
        if (oldest !== undefined) entries.delete(oldest)
      }
      tell(entry, 'began')
      return entry
    },
    note: tell,
    list: (limit, beforeId) => {
      const all = [...entries.values()].toReversed()
      if (beforeId === undefined) return all.slice(0, limit)
      const before = all.findIndex(({ id }) => id === beforeId)
      return before === -1 ? [] : all.slice(before + 1, before + 1 + limit)
    },
    find: (id) => entries.get(id),
    listen: (listener) => {
      listeners = [...listeners, listener]
      return () => {
        listeners = listeners.filter((other) => other !== listener)
      }
    },
  }
}

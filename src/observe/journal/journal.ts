/** The last exchanges, and who wants to hear of them. Bounded; in memory only. */
import type { Ended, Ending } from './ended.ts'
import type { Entry } from './entry.ts'
import { PlainEntries } from './plain-entries.ts'

/** What is new of an exchange. */
type Moment = 'began' | 'changed' | 'ended'

type JournalListener = (entry: Entry, moment: Moment) => void

interface Begun extends Pick<Entry, 'atMs' | 'dialect' | 'about' | 'by' | 'isStream' | 'trace'> {
  model?: string | undefined
}

export interface Journal {
  /** The person wants to read what is asked and answered (`CAPTURE`). */
  readonly captures: boolean
  /** Begins the entry of an exchange that has begun. */
  open(facts: Begun): Entry
  /** Something about it changed: another attempt, its first content. */
  note(entry: Entry): void
  /** It is over. */
  close(ending: Ending): void
  /** Newest first, those before `beforeId` where that is given. */
  list(limit: number, beforeId?: string): Entry[]
  find(id: string): Entry | undefined
  /** Called for every moment of every exchange, in its path: whoever has much to do does it later. The answer ends that. */
  listen(listener: JournalListener): () => void
  /** Called with every exchange that begins, for as long as Trooper runs. */
  onBegin(listener: (entry: Entry) => void): void
}

/** `size`: how many exchanges are kept; 0 keeps none, and listeners hear of them all the same. `begun` tells one process's ids from another's. */
export function createJournal(size: number, begun: string, ended: Ended, captures = false): Journal {
  let count = 0
  /** In a circle: a newer one takes the place of the oldest. A Map that loses its first one again and again has to look for it. */
  const kept: (Entry | undefined)[] = []
  /** Of those that are over the most stand here, and have no object. */
  const plain = new PlainEntries(size)
  const placeOf = (number: number): number => (number - 1) % size
  const idOf = (number: number): string => `${begun}-${number}`
  const numberOf = (id: string): number => Number(id.slice(begun.length + 1))
  const at = (number: number): Entry | undefined => kept[placeOf(number)] ?? plain.read(placeOf(number), idOf(number))
  const isKept = (number: number): boolean => number > Math.max(0, count - size) && number <= count
  const find = (id: string): Entry | undefined => {
    const number = numberOf(id)
    return isKept(number) && id === idOf(number) ? at(number) : undefined
  }
  /** Of one of the last: looked for from the newest on, as to read the number in its id takes longer. */
  const findPlace = (entry: Entry): number | undefined => {
    let place = placeOf(count)
    for (let left = Math.min(count, size); left > 0; left -= 1) {
      if (kept[place] === entry) return place
      place = place === 0 ? size - 1 : place - 1
    }
    return undefined
  }
  /** Nothing about it changes any more. A newer one may have its place by now. */
  const writeDown = (entry: Entry): void => {
    const place = findPlace(entry)
    if (place !== undefined && plain.write(place, entry)) kept[place] = undefined
  }
  ended.listen(writeDown)
  let listeners: readonly JournalListener[] = []
  const beginners: ((entry: Entry) => void)[] = []

  const tell = (entry: Entry, moment: Moment): void => {
    for (const listener of listeners) listener(entry, moment)
  }

  return {
    captures,
    open: (facts) => {
      count += 1
      const entry = entryOf(idOf(count), facts)
      if (size > 0) kept[placeOf(count)] = entry
      for (const listener of beginners) listener(entry)
      tell(entry, 'began')
      return entry
    },
    note: (entry) => tell(entry, 'changed'),
    close: (ending) => {
      ended.add(ending)
      if (listeners.length === 0) return
      // Whoever reads along is told all of it.
      ended.flush()
      tell(ending.entry, 'ended')
    },
    list: (limit, beforeId) => {
      ended.flush()
      if (beforeId !== undefined && !find(beforeId)) return []
      const newest = beforeId === undefined ? count : numberOf(beforeId) - 1
      const oldest = Math.max(1, count - size + 1, newest - limit + 1)
      const listed: Entry[] = []
      for (let number = newest; number >= oldest; number -= 1) {
        const entry = at(number)
        if (entry) listed.push(entry)
      }
      return listed
    },
    find: (id) => {
      ended.flush()
      return find(id)
    },
    listen: (listener) => {
      listeners = [...listeners, listener]
      return () => {
        listeners = listeners.filter((other) => other !== listener)
      }
    },
    onBegin: (listener) => void beginners.push(listener),
  }
}

const open = { is: 'open' } as const

/** Written out: a spread in the middle takes ten times as long. */
function entryOf(id: string, { atMs, dialect, about, by, isStream, model, trace }: Begun): Entry {
  const entry: Entry = model
    ? { id, atMs, dialect, about, isStream, model, attempts: [], end: open }
    : { id, atMs, dialect, about, isStream, attempts: [], end: open }
  return by || trace ? { ...entry, ...(by && { by }), ...(trace && { trace }) } : entry
}

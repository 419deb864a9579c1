/** Totals by day, kept in the data folder: two Troopers that share it add to the same ones. */
import type { Clock } from '../../clock.ts'
import { openSharedFile } from '../../state/shared-file.ts'
import { addDays, emptyDay, type DayView } from './day.ts'
import type { Ended } from '../journal/ended.ts'
import { createDaysForm } from './kept-days.ts'
import type { Log } from '../log/log.ts'
import { tally } from './tally.ts'

export interface Days {
  today(): DayView
  /** Newest first; a day without a conversation is left out. */
  list(limit: number): DayView[]
  /** Resolves when everything is written. */
  settle(): Promise<void>
}

/** A kill loses the totals of no more than this. */
const savePauseMs = 5000
/** More than a year; a day takes ~1 kB. */
const mostDays = 400

interface Parts {
  path: string
  ended: Ended
  clock: Clock
  log: Log
}

export function createDays({ path, ended, clock, log }: Parts): Days {
  /** What stands in the file, and what this process adds to it with the next write. */
  let kept: readonly DayView[]
  let added = new Map<string, DayView>()
  let cancel: (() => void) | undefined
  const dayAt = createCalendar()

  const report = {
    setAside: (aside: string) =>
      log.warn(`⚠️ ${path} could not be read: it stands in ${aside} now, and a new one is begun`),
    unwritable: () =>
      log.warn(`⚠️ ${path} cannot be written: totals by day are known until the next stop only; see TROOPER_DATA_DIR`),
  }
  const file = openSharedFile(path, clock, report, createDaysForm(), {
    merge: (_, theirs) => sumOf(theirs, added),
    learn: (all) => {
      kept = all
      added = new Map()
    },
  })
  kept = file.content

  const save = (): void => {
    cancel?.()
    cancel = undefined
    file.save()
  }

  ended.listen((entry, bill) => {
    const day = dayAt(entry.atMs + (entry.totalMs ?? 0))
    const total = added.get(day) ?? emptyDay(day)
    added.set(day, total)
    tally(total, entry, bill)
    cancel ??= clock.after(savePauseMs, save)
  })

  const known = (): DayView[] => {
    ended.flush()
    return sumOf(kept, added).toReversed()
  }

  return {
    today: () => {
      const today = dayAt(clock.now())
      return known().find(({ day }) => day === today) ?? emptyDay(today)
    },
    list: (limit) => known().slice(0, limit),
    settle: () => {
      ended.flush()
      if (cancel) save()
      return file.settle()
    },
  }
}

/** In their order, the last ones of them. */
function sumOf(kept: readonly DayView[], added: ReadonlyMap<string, DayView>): DayView[] {
  const days = new Map(kept.map((day) => [day.day, day]))
  for (const [name, day] of added) days.set(name, addDays(days.get(name) ?? emptyDay(name), day))
  return [...days.values()].sort((one, other) => (one.day < other.day ? -1 : 1)).slice(-mostDays)
}

/** The name of the day that a moment is in. Most moments are in the day of the one before. */
function createCalendar(): (ms: number) => string {
  let fromMs = 0
  let toMs = 0
  let name = ''
  return (ms) => {
    if (ms >= fromMs && ms < toMs) return name
    const date = new Date(ms)
    const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()]
    fromMs = new Date(year, month, day).getTime()
    toMs = new Date(year, month, day + 1).getTime()
    const two = (value: number): string => String(value).padStart(2, '0')
    name = `${year}-${two(month + 1)}-${two(day)}`
    return name
  }
}

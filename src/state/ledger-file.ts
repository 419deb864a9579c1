/** The file that the ledger outlives a restart in: none of the processes that share it takes from it what another one learned. */
import type { Clock } from '../clock.ts'
import { mergeRemembered } from '../routing/merge-remembered.ts'
import { nothingRemembered, readRemembered, writeRemembered, type Remembered } from '../routing/remembered.ts'
import { createSnapshots } from '../routing/snapshots.ts'
import { openSharedFile, type SharedFile, type SharedFileReport } from './shared-file.ts'

/** What this process knows. */
interface Mind {
  tell(): Remembered
  /** What it and the others know together. */
  learn(all: Remembered): void
}

export function openLedgerFile(
  path: string,
  clock: Clock,
  report: SharedFileReport,
  mind: Mind,
): SharedFile<Remembered> {
  const snapshots = createSnapshots()
  const form = { nothing: nothingRemembered, read: readRemembered, write: snapshots.write }
  let mine = nothingRemembered
  const file = openSharedFile(path, clock, report, form, {
    merge: (agreed, theirs) => {
      mine = snapshots.take(mind.tell())
      return theirs === agreed ? mine : mergeRemembered(agreed, mine, theirs)
    },
    learn: (all) => {
      if (all !== mine) mind.learn(copyOf(all))
    },
  })
  return { ...file, content: copyOf(file.content) }
}

/** For somebody who goes on changing it. */
function copyOf(known: Remembered): Remembered {
  return readRemembered(writeRemembered(known)) ?? nothingRemembered
}

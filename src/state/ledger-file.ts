/** The file that the ledger outlives a restart in: none of the processes that share it takes from it what another one learned. */
import type { Clock } from '../clock.ts'
import { mergeRemembered } from '../routing/merge-remembered.ts'
import { nothingRemembered, readRemembered, writeRemembered, type Remembered } from '../routing/remembered.ts'
import { openSharedFile, type SharedFile, type SharedFileReport } from './shared-file.ts'

/** What this process knows. */
interface Mind {
  tell(): Remembered
  /** What it and the others know together. */
  learn(all: Remembered): void
}

const form = { nothing: nothingRemembered, read: readRemembered, write: writeRemembered }

export function openLedgerFile(
  path: string,
  clock: Clock,
  report: SharedFileReport,
  mind: Mind,
): SharedFile<Remembered> {
  const file = openSharedFile(path, clock, report, form, {
    merge: (agreed, theirs) => mergeRemembered(agreed, detached(mind.tell()), theirs),
    learn: (all) => mind.learn(detached(all)),
  })
  return { ...file, content: detached(file.content) }
}

/** As the file would give it back: no part of what goes on changing, and comparable. */
function detached(known: Remembered): Remembered {
  return readRemembered(writeRemembered(known)) ?? nothingRemembered
}

/** A lock that processes of one machine share: a file that only one of them can make. */
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Clock } from '../clock.ts'

/** Whoever has held it for so long was killed while it did: what is done under it takes milliseconds. */
const longestHeldMs = 2000

export interface LockFile {
  /** Runs `task` under the lock; false at once when another process holds it. Throws where no file can be made, or what the task throws. */
  within(task: () => void): boolean
}

export function createLockFile(path: string, clock: Clock): LockFile {
  /** The lock that was met last, and since when it is known. */
  let met: { mark: string; sinceMs: number } | undefined

  /** By this process's own clock: that of the disk may be another machine's. */
  const isLeftBehind = (): boolean => {
    const mark = markOf(path)
    if (mark === undefined || met?.mark !== mark) met = mark === undefined ? undefined : { mark, sinceMs: clock.now() }
    return met !== undefined && clock.now() - met.sinceMs >= longestHeldMs
  }

  /** Moved first: of two who find it at once one alone takes it away, and not the other's new one. */
  const takeAway = (mark: string | undefined): void => {
    const aside = `${path}.${process.pid}.tmp`
    try {
      renameSync(path, aside)
      if (markOf(aside) === mark) rmSync(aside, { force: true })
      else renameSync(aside, path)
    } catch {
      // Somebody else did.
    }
  }

  const hold = (): boolean => {
    try {
      closeSync(openSync(path, 'wx', 0o600))
      return true
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      return false
    }
  }

  return {
    within: (task) => {
      if (!hold()) {
        if (!isLeftBehind()) return false
        takeAway(met?.mark)
        if (!hold()) return false
      }
      met = undefined
      try {
        task()
        return true
      } finally {
        rmSync(path, { force: true })
      }
    },
  }
}

/** Another one than before has another mark; `undefined` when there is none. */
function markOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.ino} ${stats.mtimeMs}`
}

/** The file that the ledger outlives a restart in. */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { nothingRemembered, readRemembered, writeRemembered, type Remembered } from '../routing/remembered.ts'
import { writeWhole } from './write-whole.ts'

export interface LedgerFile {
  /** What an earlier process left. */
  readonly remembered: Remembered
  /** Writes what `gather` gives, soon; changes while a write is under way are written together after it. */
  save(gather: () => Remembered): void
  /** Resolves when everything is written. */
  settle(): Promise<void>
}

/** What a person should know of the file. */
export interface LedgerFileReport {
  /** It was not readable, and stands there now. */
  setAside(path: string): void
  /** Called once. */
  unwritable(path: string): void
}

export async function openLedgerFile(path: string, report: LedgerFileReport): Promise<LedgerFile> {
  let pending: (() => Remembered) | undefined
  let writing: Promise<void> | undefined
  let isReported = false

  const write = async (): Promise<void> => {
    for (let gather = pending; gather; gather = pending) {
      pending = undefined
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await writeWhole(path, writeRemembered(gather()))
      } catch {
        if (!isReported) report.unwritable(path)
        isReported = true
      }
    }
    writing = undefined
  }

  await removeHalves(path)
  return {
    remembered: await read(path, report),
    save: (gather) => {
      pending = gather
      writing ??= write()
    },
    settle: async () => writing,
  }
}

async function read(path: string, report: LedgerFileReport): Promise<Remembered> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return nothingRemembered
  const remembered = readRemembered(text)
  if (remembered) return remembered
  const aside = `${path}.unreadable`
  // Where it cannot be moved, the next write replaces it.
  await rename(path, aside).catch(() => undefined)
  report.setAside(aside)
  return nothingRemembered
}

/** What a crash left half written. */
async function removeHalves(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => [])
  const halves = names.filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp'))
  await Promise.all(halves.map((name) => rm(join(dirname(path), name), { force: true })))
}

/** The file that the ledger outlives a restart in. */
import { mkdirSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import { nothingRemembered, readRemembered, writeRemembered, type Remembered } from '../routing/remembered.ts'
import { writeWhole, writeWholeNow } from './write-whole.ts'

export interface LedgerFile {
  /** What an earlier process left. */
  readonly remembered: Remembered
  /** Writes what `gather` gives: at once, so that it outlives a kill; in a burst what follows is written together. */
  save(gather: () => Remembered): void
  /** Resolves when everything is written. */
  settle(): Promise<void>
}

/** A write takes ~0.3 ms, for which everybody waits: not more often than this. */
const burstMs = 100

/** What a person should know of the file. */
export interface LedgerFileReport {
  /** It was not readable, and stands there now. */
  setAside(path: string): void
  /** Called once. */
  unwritable(path: string): void
}

export async function openLedgerFile(path: string, clock: Clock, report: LedgerFileReport): Promise<LedgerFile> {
  let pending: (() => Remembered) | undefined
  let writing: Promise<void> | undefined
  let isReported = false
  let wroteAtMs = Number.NEGATIVE_INFINITY

  const fail = (): void => {
    if (!isReported) report.unwritable(path)
    isReported = true
  }

  const writeNow = (gather: () => Remembered): void => {
    wroteAtMs = clock.now()
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeWholeNow(path, writeRemembered(gather()))
    } catch {
      fail()
    }
  }

  const writePending = async (): Promise<void> => {
    for (let gather = pending; gather; gather = pending) {
      pending = undefined
      await writeWhole(path, writeRemembered(gather())).catch(fail)
    }
    writing = undefined
  }

  await removeHalves(path)
  return {
    remembered: await read(path, report),
    save: (gather) => {
      if (!writing && clock.now() - wroteAtMs >= burstMs) return writeNow(gather)
      pending = gather
      writing ??= writePending()
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

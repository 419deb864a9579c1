/** A file that outlives a restart. Several processes of one machine may share it: none of them takes from it what another one wrote. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import { createLockFile } from './lock-file.ts'
import { readText } from './read-text.ts'
import { writeWholeNow } from './write-whole.ts'

export interface SharedFile<T> {
  /** What earlier processes left. */
  readonly content: T
  /**
   * Something has changed. Written when whatever was begun in this turn is under way, so that the next target need not wait for a disk, and
   * before anybody can answer, so that what a client has been told outlives a kill. In a burst what follows is written together.
   */
  save(): void
  /** Resolves when everything is written. */
  settle(): Promise<void>
}

/** How the content is written; `read` is told a text that may be anything, and `nothing` is what stands in no file yet. */
export interface Form<T> {
  readonly nothing: T
  read(text: string): T | undefined
  write(content: T): string
}

/** What this process has to say. */
export interface Mind<T> {
  /**
   * What is to stand in the file: `agreed` is what it said when it was written last, or read first; `theirs` what it says now, the same
   * object when nobody else has written since.
   */
  merge(agreed: T, theirs: T): T
  /** It stands there. */
  learn(all: T): void
}

/** A write takes ~0.3 ms, for which everybody waits: not more often than this. */
const burstMs = 50
/** Of much content it takes longer: then it is no more than such a share of the time. */
const largestShare = 1 / 20
/** The lock is held as long as a write takes. */
const retryMs = 5
/** A disk that was full may have room again, though there is nothing new to be written by then. */
const unwritableRetryMs = 10_000

/** What a person should know of the file. */
export interface SharedFileReport {
  /** It was not readable, and stands there now. */
  setAside(path: string): void
  /** Called once. */
  unwritable(path: string): void
}

export function openSharedFile<T>(
  path: string,
  clock: Clock,
  report: SharedFileReport,
  form: Form<T>,
  mind: Mind<T>,
): SharedFile<T> {
  const lock = createLockFile(`${path}.lock`, clock)
  const told = toldOnce(report)
  let writtenAtMs = Number.NEGATIVE_INFINITY
  let pauseMs = 0
  let cancel: (() => void) | undefined
  let onWritten: () => void = () => {}
  /** What this process and the file last agreed on, and its text. */
  let agreedText = readText(path)
  let agreed = understand(agreedText, path, form, told) ?? form.nothing

  /** Under the lock. A file that is gone, or that nobody can read, says nothing against what is known. */
  const exchange = (): void => {
    removeHalves(path)
    const found = readText(path)
    const theirs = found === agreedText ? agreed : (understand(found, path, form, told) ?? agreed)
    const all = mind.merge(agreed, theirs)
    const text = form.write(all)
    if (text !== found) writeWholeNow(path, text)
    agreed = all
    agreedText = text
    mind.learn(all)
  }

  /** `isLast`: nobody is there to try it again. */
  const write = (isLast: boolean): void => {
    cancel = undefined
    const sinceMs = clock.now()
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      if (!lock.within(exchange)) return writeIn(retryMs, isLast)
    } catch {
      told.unwritable(path)
      if (!isLast) writeIn(unwritableRetryMs)
    }
    writtenAtMs = clock.now()
    pauseMs = Math.max(burstMs, (writtenAtMs - sinceMs) / largestShare)
    onWritten()
  }

  const writeIn = (ms: number, isLast = false): void => {
    cancel ??= clock.after(ms, () => write(isLast))
  }

  return {
    content: agreed,
    save: () => {
      if (cancel) return
      const leftMs = writtenAtMs + pauseMs - clock.now()
      // No longer than that, also where somebody has set the clock back.
      if (leftMs > 0) writeIn(Math.min(leftMs, pauseMs))
      else cancel = atTurnEnd(() => write(false))
    },
    settle: () =>
      new Promise((resolve) => {
        if (!cancel) return resolve()
        onWritten = resolve
        cancel()
        write(true)
      }),
  }
}

/** `undefined` when there is none, or none that can be read: that is set aside. */
function understand<T>(text: string | undefined, path: string, form: Form<T>, report: SharedFileReport): T | undefined {
  const content = text === undefined ? undefined : form.read(text)
  if (text === undefined || content !== undefined) return content
  const aside = `${path}.unreadable`
  try {
    renameSync(path, aside)
    report.setAside(aside)
  } catch {
    // Where nothing can be moved, nothing can be written either.
    report.unwritable(path)
  }
  return undefined
}

function toldOnce(report: SharedFileReport): SharedFileReport {
  let isTold = false
  return {
    setAside: (path) => report.setAside(path),
    unwritable: (path) => {
      if (!isTold) report.unwritable(path)
      isTold = true
    },
  }
}

/** What a crash left half written: nobody else writes under the lock. */
function removeHalves(path: string): void {
  const halves = readdirSync(dirname(path)).filter(
    (name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp'),
  )
  for (const name of halves) rmSync(join(dirname(path), name), { force: true })
}

/**
 * Calls back when everything that follows from what was just heard is done and on its way, and before anything else is heard: undici
 * writes a request to an idle connection in an immediate of its own, which must come first.
 */
function atTurnEnd(callback: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined
  let isCancelled = false
  process.nextTick(() => {
    if (!isCancelled) immediate = setImmediate(callback)
  })
  return () => {
    isCancelled = true
    clearImmediate(immediate)
  }
}

/** What commands have in common towards the person who typed them. */
import { constants, openSync } from 'node:fs'
import { realClock } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import { createGatherer } from '../observe/log/gather.ts'
import { createLineFile } from '../observe/log/line-file.ts'
import { createJsonLog, createTextLog } from '../observe/log/lines.ts'
import type { Log } from '../observe/log/log.ts'
import { onOneLine } from '../observe/log/one-line.ts'
import { createBar } from './bar.ts'

const bar = createBar(process.stderr)

/** `problem`: a sentence, in which may stand what others wrote. */
export function complain(problem: string, exitCode: number): number {
  process.stderr.write(bar.around(`${onOneLine(problem)}\n`))
  return exitCode
}

/** Resolves when the text is out: the process may end next. Whoever reads no further (`| head`) is no fault. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => void process.stdout.write(`${text}\n`, () => resolve()))
}

/** What is going on, where there is a terminal; an empty text ends it. Says whether there is one. */
export function showProgress(text: string): boolean {
  return bar.show(onOneLine(text))
}

/** Colours are for people who look at a terminal and did not refuse them; an empty `NO_COLOR` refuses nothing (no-color.org). */
export function mayColour(): boolean {
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === ''
}

/** A pipe without a reader is not waited for. */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

/** `file`: where standard output is another program's. Throws where it cannot be opened. */
export function openLog(config: Pick<Config, 'logFormat'>, file?: string): { log: Log; flush: () => void } {
  const fd = file === undefined ? process.stdout.fd : openSync(file, appending, 0o600)
  const lines = createLineFile(fd, realClock, (count, problem) =>
    log.warn(`⚠️ ${count} ${count === 1 ? 'line is' : 'lines are'} missing here (${problem})`),
  )
  const isUnderBar = file === undefined && process.stdout.isTTY && process.stderr.isTTY
  const placed = (text: string): string => (isUnderBar && text !== '' ? bar.around(text) : text)
  const gatherer = createGatherer({ write: (text) => lines.write(placed(text)) }, realClock)
  const inColour = file === undefined && mayColour()
  const log = config.logFormat === 'json' ? createJsonLog(gatherer) : createTextLog(gatherer, realClock, inColour)
  const flush = (): void => {
    if (isUnderBar) bar.show('')
    lines.end(placed(gatherer.take()))
  }
  return { log, flush }
}

/** Whoever reads what is printed has left (`| head`). */
export function untilNobodyReads(): Promise<void> {
  return new Promise((resolve) => void process.stdout.once('error', () => resolve()))
}

export function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      // A second signal ends the process at once, as by default.
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

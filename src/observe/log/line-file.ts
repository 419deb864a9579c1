/**
 * Where the lines of the log end up. Whatever becomes of them, Trooper goes on: what a full disk has no room for is counted and told of
 * when there is room again, what nobody reads is not kept for ever, and nobody waits for it at the end.
 */
import { write, writeSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import type { LineWriter } from './gather.ts'

export interface LineFile extends LineWriter {
  /** Writes what is left, and this, as far as somebody takes it within a second. */
  end(text: string): void
}

/** So many lines are missing, and why. */
export type OnLost = (lines: number, problem: string) => void

interface Io {
  write(fd: number, bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void
  writeSync(fd: number, bytes: Buffer): number
}

/** Behind a reader that has stopped. */
const mostWaiting = 8 * 1024 * 1024
/** To a reader that is slow. */
const againMs = 100
const flushMs = 1000
const flushAgainMs = 20

/** `io`: of the system. */
export function createLineFile(fd: number, clock: Clock, onLost: OnLost, io: Io = { write, writeSync }): LineFile {
  let waiting: string[] = []
  let waitingLength = 0
  /** The rest of what is being written. */
  let rest: Buffer | undefined
  let isUnderWay = false
  let lost = { lines: 0, problem: '' }
  let isClosed = false

  const lose = (text: string, problem: string): void => {
    lost = { lines: lost.lines + text.split('\n').length - 1, problem }
  }

  const takeWaiting = (): Buffer => {
    const text = waiting.join('')
    waiting = []
    waitingLength = 0
    return Buffer.from(text)
  }

  const writeNext = (): void => {
    rest = waiting.length === 0 ? undefined : takeWaiting()
    if (rest) writeRest(rest)
  }

  const writeRest = (bytes: Buffer): void => {
    isUnderWay = true
    io.write(fd, bytes, (error, written) => {
      isUnderWay = false
      if (error) return fail(error, bytes)
      rest = bytes.subarray(written)
      if (rest.length > 0) return writeRest(rest)
      tellLost()
      writeNext()
    })
  }

  const fail = (error: NodeJS.ErrnoException, bytes: Buffer): void => {
    if (isBusy(error)) return void clock.after(againMs, () => writeRest(bytes))
    isClosed ||= error.code === 'EPIPE'
    lose(bytes.toString(), error.code ?? error.message)
    writeNext()
  }

  const tellLost = (): void => {
    if (lost.lines === 0) return
    const { lines, problem } = lost
    lost = { lines: 0, problem: '' }
    onLost(lines, problem)
  }

  return {
    write: (text) => {
      if (isClosed) return
      if (waitingLength + text.length > mostWaiting) return lose(text, 'nobody reads them')
      waiting.push(text)
      waitingLength += text.length
      if (!rest) writeNext()
    },
    end: (text) => {
      if (isClosed) return
      isClosed = true
      const begun = isUnderWay || !rest ? [] : [rest]
      writeAtOnce(io, fd, Buffer.concat([...begun, takeWaiting(), Buffer.from(text)]))
    },
  }
}

function isBusy({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EAGAIN' || code === 'EBUSY'
}

/** At the end of the process, when nothing can be waited for otherwise. */
function writeAtOnce(io: Io, fd: number, bytes: Buffer): void {
  let rest = bytes
  let tries = flushMs / flushAgainMs
  while (rest.length > 0 && tries > 0) {
    try {
      rest = rest.subarray(io.writeSync(fd, rest))
    } catch (error) {
      if (!(error instanceof Error) || !isBusy(error)) return
      tries -= 1
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, flushAgainMs)
    }
  }
}

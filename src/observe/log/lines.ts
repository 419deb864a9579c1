/** The two forms of the log: lines a person likes to read, and JSON lines. */
import { pino, type DestinationStream } from 'pino'
import type { Clock } from '../../clock.ts'
import type { Log } from './log.ts'
import { onOneLine, onOneLineInJson } from './one-line.ts'

export function createJsonLog(destination: DestinationStream): Log {
  const logger = pino(
    { base: null, messageKey: 'message', timestamp: pino.stdTimeFunctions.isoTime },
    {
      write: (line) => destination.write(onOneLineInJson(line)),
    },
  )
  return {
    info: (text, fields = {}) => logger.info(fields, withoutSign(text)),
    warn: (text, fields = {}) => logger.warn(fields, withoutSign(text)),
    error: (text, fields = {}) => logger.error(fields, withoutSign(text)),
  }
}

/** The pictures at the head of a line are for people. */
function withoutSign(text: string): string {
  return text.replace(/^[^\p{L}\p{N}/]+/u, '')
}

/** Escape sequences of a terminal; lines without a level's meaning stay plain. */
const yellow = '\u001B[33m'
const red = '\u001B[31m'
const dim = '\u001B[2m'
const plain = '\u001B[0m'

export function createTextLog(destination: DestinationStream, clock: Clock, colour: boolean): Log {
  const stamp = createStamp(clock)
  const lineOf = (at: string, words: string, paint: string): string => {
    const text = onOneLine(words)
    return colour ? `${dim}${at}${plain} ${paint}${text}${paint === '' ? '' : plain}\n` : `${at} ${text}\n`
  }
  /** Many requests a second say the same: a line that is made anew for each costs ~4 µs, most of it the collector's. */
  let last = { at: '', words: '', paint: '', text: '' }
  const line = (words: string, paint: string): void => {
    const at = stamp()
    if (words !== last.words || at !== last.at || paint !== last.paint)
      last = { at, words, paint, text: lineOf(at, words, paint) }
    destination.write(last.text)
  }
  return {
    info: (text) => line(text, ''),
    warn: (text) => line(text, yellow),
    error: (text) => line(text, red),
  }
}

/** `2026/04/21 08:24:10` in local time, made once a second. */
function createStamp(clock: Clock): () => string {
  let second = -1
  let text = ''
  return () => {
    const now = clock.now()
    const thisSecond = Math.floor(now / 1000)
    if (thisSecond !== second) {
      second = thisSecond
      text = formatLocal(new Date(now))
    }
    return text
  }
}

function formatLocal(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('/')
  return `${day} ${[two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':')}`
}

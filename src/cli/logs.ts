/** `trooper logs`: the exchanges of a running Trooper, a line each. */
import { createPaint } from '../drill/text.ts'
import type { Entry } from '../observe/journal/entry.ts'
import { logLine } from './log-lines.ts'
import { atRunning, type Running } from './running.ts'
import { exitConfig } from './read-settings.ts'
import { complain, mayColour, print, untilAskedToStop, untilNobodyReads } from './terminal.ts'

const usualLines = 20
const mostLines = 1000

export function logs(argv: string[]): Promise<number> {
  return atRunning(argv, 'logs', 0, async (running, { flags, switches }) => {
    const lines = linesOf(flags['lines'])
    if (lines === undefined)
      return complain(`-n '${flags['lines']}' is no whole number from 0 to ${mostLines}.`, exitConfig)
    const paint = createPaint(mayColour())
    const tell = (entry: Entry): Promise<void> =>
      print(switches.has('json') ? JSON.stringify(entry) : logLine(entry, paint))
    if (switches.has('follow')) return follow(running, lines, tell)
    for (const entry of await ended(running, lines)) await tell(entry)
    return 0
  })
}

function linesOf(text: string | undefined): number | undefined {
  if (text === undefined) return usualLines
  const lines = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  return lines <= mostLines ? lines : undefined
}

/** The oldest first. */
async function ended(running: Running, lines: number): Promise<Entry[]> {
  if (lines === 0) return []
  const { exchanges } = await running.exchanges(mostLines)
  return exchanges
    .filter(({ end }) => end.is !== 'open')
    .slice(0, lines)
    .toReversed()
}

/** The line is taken up before the last ones are asked for, so that none falls between; each is told once. */
async function follow(running: Running, lines: number, tell: (entry: Entry) => Promise<void>): Promise<number> {
  const told = new Set<string>()
  let early: Entry[] | undefined = []
  const tellOnce = (entry: Entry): void => {
    if (told.has(entry.id)) return
    told.add(entry.id)
    // It stays for days, and one that is told is told again soon or never.
    const [oldest] = told
    if (told.size > 2 * mostLines && oldest !== undefined) told.delete(oldest)
    void tell(entry)
  }
  let isOpen = (): void => {}
  const opened = new Promise<void>((resolve) => (isOpen = resolve))
  const line = running.follow(({ event, data }) => {
    isOpen()
    if (event !== 'exchange' || data.end.is === 'open') return
    if (early) early.push(data)
    else tellOnce(data)
  })
  const askedToStop = Promise.race([untilAskedToStop(), untilNobodyReads()]).then(() => 'stop' as const)
  await Promise.race([opened, line])
  for (const entry of await ended(running, lines)) tellOnce(entry)
  for (const entry of early) tellOnce(entry)
  early = undefined
  const end = await Promise.race([askedToStop, line])
  if (end === 'stop') return 0
  return complain(`The Trooper at ${running.url} ${end === 'silent' ? 'does not answer any more' : 'has stopped'}.`, 1)
}

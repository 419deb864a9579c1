/** One exchange as a line of `trooper logs`: who was asked, what came of it, how long it took. Pure. */
import type { Paint } from '../drill/text.ts'
import { duration } from '../drill/text.ts'
import { firstContentMs, seamsOf, type AttemptEntry, type Entry } from '../observe/journal/entry.ts'
import { count, stamp } from './words.ts'

export function logLine(entry: Entry, paint: Paint): string {
  const { atMs, dialect, about, model, attempts, totalMs } = entry
  const asked = about === 'conversation' ? (model ?? '') : about
  const hops = attempts.filter(isTold).map((attempt) => hopOf(attempt, paint))
  const details = detailsOf(entry)
  const took = totalMs === undefined ? [] : [duration(totalMs)]
  return [
    paint.dim(stamp(atMs)),
    `${dialect} ${asked}`.trimEnd(),
    [...hops, ...endOf(entry, paint)].join(' → '),
    ...took,
    ...(details === '' ? [] : [paint.dim(`(${details})`)]),
  ].join('  ')
}

/** One that was repeated is told by its last try. */
function isTold({ target, end }: AttemptEntry, at: number, all: readonly AttemptEntry[]): boolean {
  const next = all[at + 1]
  return end.is !== 'failed' || next?.target !== target
}

function hopOf({ target, end }: AttemptEntry, paint: Paint): string {
  switch (end.is) {
    case 'answered':
      return paint.green(target)
    case 'skipped':
      return `${target} ${paint.yellow(`rests: ${end.words}`)}`
    case 'failed':
    case 'broken':
      return `${target} ${paint.red(end.is === 'broken' ? `broke off: ${end.words}` : end.words)}`
    case 'lost':
      return `${target} ${paint.dim('too late')}`
    case 'open':
      return `${target} …`
  }
}

/** What the hops do not say. */
function endOf({ end, attempts }: Entry, paint: Paint): string[] {
  switch (end.is) {
    case 'answered':
      return attempts.some(({ end: { is } }) => is === 'answered') ? [] : [paint.green('answered')]
    case 'failed':
      return [paint.red('nobody')]
    case 'gone':
      return [paint.dim('the app left')]
    case 'open':
      return attempts.length === 0 ? ['…'] : []
  }
}

function detailsOf(entry: Entry): string {
  const first = firstContentMs(entry)
  const { usage, omitted } = entry.attempts.findLast(({ end }) => end.is === 'answered') ?? {}
  const tokens = [usage?.inputTokens, usage?.outputTokens].map((number) => (number === undefined ? '?' : count(number)))
  const seams = seamsOf(entry)
  return [
    ...(first === undefined ? [] : [`first word ${duration(first)}`]),
    ...(usage === undefined ? [] : [`${tokens.join(' + ')} tokens`]),
    ...(seams === 0 ? [] : [`${seams} ${seams === 1 ? 'seam' : 'seams'}`]),
    ...(omitted === undefined ? [] : [`${count(omitted.tokens)} tokens left out`]),
  ].join(', ')
}

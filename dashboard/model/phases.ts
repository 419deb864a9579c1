/** What an attempt spent its time on, drawn as pieces that follow one another. */
import type { AttemptEntry, Entry } from '../../src/observe/journal/entry.ts'

export type PhaseName = 'queue' | 'connect' | 'head' | 'first-content' | 'content'

export interface Phase {
  name: PhaseName
  fromMs: number
  toMs: number
}

/** A phase ends at its moment; the last one that is known goes on until the end of the attempt, or until now. */
export function phasesOf(attempt: AttemptEntry, sinceMs: number): Phase[] {
  if (attempt.end.is === 'skipped') return []
  const { startMs, turnMs, connectMs, headMs, contentMs, endMs = Math.max(startMs, sinceMs) } = attempt
  const moments: [PhaseName, number | undefined][] = [
    ['queue', turnMs],
    ['connect', connectMs],
    ['head', headMs],
    ['first-content', contentMs],
  ]
  const phases: Phase[] = []
  let fromMs = startMs
  for (const [name, atMs] of moments) {
    if (atMs === undefined) continue
    phases.push({ name, fromMs, toMs: Math.max(fromMs, atMs) })
    fromMs = Math.max(fromMs, atMs)
  }
  if (endMs > fromMs || phases.length === 0) phases.push({ name: unended(attempt), fromMs, toMs: endMs })
  return phases
}

/** What it was doing when it ended: the phase after the last moment that is known. */
function unended({ kind, turnMs, connectMs, headMs, contentMs }: AttemptEntry): PhaseName {
  if (contentMs !== undefined) return 'content'
  if (headMs !== undefined) return 'first-content'
  if (connectMs !== undefined) return 'head'
  return kind === 'local' && turnMs === undefined ? 'queue' : 'connect'
}

/** How long the exchange has taken so far, at least a millisecond. */
export function lengthOf({ totalMs, atMs, attempts }: Entry, nowMs: number): number {
  const known = totalMs ?? Math.max(0, nowMs - atMs)
  return Math.max(1, known, ...attempts.map(({ endMs = 0 }) => endMs))
}

export interface BarPiece {
  kind: 'cloud' | 'local'
  is: 'waiting' | 'speaking'
  /** Shares of the whole. */
  from: number
  to: number
  /** Where an answer that another one had begun goes on. */
  isSeam: boolean
}

/** The answer as its client saw it: who let it wait, who spoke, and where one went on for another. */
export function barOf(entry: Entry, nowMs: number): BarPiece[] {
  const length = lengthOf(entry, nowMs)
  return entry.attempts.flatMap((attempt) => {
    const { kind, how, startMs, contentMs, endMs = length, end } = attempt
    if (end.is === 'skipped') return []
    const spokeMs = end.is === 'lost' || contentMs === undefined ? endMs : contentMs
    const piece = (is: BarPiece['is'], fromMs: number, toMs: number): BarPiece => ({
      kind,
      is,
      from: Math.min(1, fromMs / length),
      to: Math.min(1, toMs / length),
      isSeam: is === 'speaking' && how === 'seam',
    })
    const waiting = piece('waiting', startMs, spokeMs)
    return contentMs === undefined || end.is === 'lost' ? [waiting] : [waiting, piece('speaking', spokeMs, endMs)]
  })
}

/** The last hour in steps of a minute, for the charts, and of five, for their tables. */
import { fallbackOf, firstContentMs, type Entry } from '../../src/observe/journal/entry.ts'
import { answererOf, tokensPerSecond } from './answerer.ts'

export interface Step {
  /** When it begins, epoch milliseconds. */
  atMs: number
  cloud: number
  local: number
  /** Failed, or left by its client. */
  nobody: number
  fallbacks: number
  /** Medians, by who answered; unset where nobody did. */
  firstContentMs: ByKind
  tokensPerSecond: ByKind
}

interface ByKind {
  cloud?: number
  local?: number
}

export const hourMs = 3_600_000
const minuteMs = 60_000

/** Oldest first; the last step is the one that `nowMs` lies in. Only conversations count, and only those that are over. */
export function lastHour(entries: readonly Entry[], nowMs: number, minutes: number): Step[] {
  const stepMs = minutes * minuteMs
  const lastMs = Math.floor(nowMs / stepMs) * stepMs
  const firstMs = lastMs - hourMs + stepMs
  const groups = new Map<number, Entry[]>()
  for (const entry of entries) {
    if (entry.about !== 'conversation' || entry.end.is === 'open' || entry.atMs < firstMs) continue
    const atMs = Math.floor(entry.atMs / stepMs) * stepMs
    const group = groups.get(atMs)
    if (group) group.push(entry)
    else groups.set(atMs, [entry])
  }
  return Array.from({ length: hourMs / stepMs }, (_, at) => stepOf(firstMs + at * stepMs, groups))
}

function stepOf(atMs: number, groups: ReadonlyMap<number, Entry[]>): Step {
  const entries = groups.get(atMs) ?? []
  const by = (kind: 'cloud' | 'local' | 'nobody') => entries.filter((entry) => answererOf(entry) === kind)
  const [cloud, local] = [by('cloud'), by('local')]
  return {
    atMs,
    cloud: cloud.length,
    local: local.length,
    nobody: by('nobody').length,
    fallbacks: entries.filter((entry) => fallbackOf(entry) !== undefined).length,
    firstContentMs: medians(cloud, local, firstContentMs),
    tokensPerSecond: medians(cloud, local, tokensPerSecond),
  }
}

function medians(cloud: Entry[], local: Entry[], measure: (entry: Entry) => number | undefined): ByKind {
  const [ofCloud, ofLocal] = [median(cloud.map(measure)), median(local.map(measure))]
  return { ...(ofCloud !== undefined && { cloud: ofCloud }), ...(ofLocal !== undefined && { local: ofLocal }) }
}

export function median(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined).sort((one, other) => one - other)
  const [low, high] = [known[(known.length - 1) >> 1], known[known.length >> 1]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

/** Of the exchanges of this step and the four before it, the share that fell back; unset where there was none. */
export function fallbackShare(steps: readonly Step[], at: number): number | undefined {
  const recent = steps.slice(Math.max(0, at - 4), at + 1)
  const all = recent.reduce((sum, { cloud, local, nobody }) => sum + cloud + local + nobody, 0)
  return all === 0 ? undefined : recent.reduce((sum, { fallbacks }) => sum + fallbacks, 0) / all
}

/** Why something is as it is, in the words that the log has too. */
import type { AnsweringView, EngineView, QuotaView, TargetState } from '../../src/admin/views.ts'
import { catalogue } from '../../src/ir/failure.ts'
import type { AttemptEntry, Entry } from '../../src/observe/journal/entry.ts'
import { roughly } from './durations.ts'
import { moment } from './moments.ts'

const labels = new Map(Object.entries(catalogue).map(([kind, { label }]) => [kind, label]))

/** `quota spent`; a kind that only a newer Trooper knows is its own name. */
export function reasonName(kind: string): string {
  return labels.get(kind) ?? kind
}

/** Who answers, big: the page's first word. */
export function headline({ kind }: AnsweringView): string {
  return kind === 'cloud' ? 'The cloud' : 'The local model'
}

/** It would be asked, but nobody is there. */
export function isSilent({ target }: AnsweringView, engines: readonly Pick<EngineView, 'target' | 'state'>[]): boolean {
  return engines.some((engine) => engine.target === target && engine.state === 'unreachable')
}

/** Why that one, in a sentence. */
export function whyAnswering({ instead }: AnsweringView): string {
  if (!instead) return 'It is the first of its chain.'
  if (instead.reason === 'override') return `${instead.of} was ${instead.words}.`
  return `In place of ${instead.of}: ${instead.words}.`
}

/** Less than that before a reset is the reset. */
const earlyMs = 60_000

export type HandBack =
  | { is: 'not-needed' }
  | { is: 'at'; atMs: number; how: HandBackTime }
  /** The time has come, and nobody has asked since. */
  | { is: 'due' }
  | { is: 'open'; sentence: string }

/** The person said so; or the provider; or it is tried, as nobody said when it is back, or the latest time at which a spent quota has to be. */
type HandBackTime = { is: 'set' } | { is: 'known' } | { is: 'tried'; quota?: QuotaView }

/** `quotas`: of the target whose place is taken. */
export function handBackOf({ instead }: AnsweringView, quotas: readonly QuotaView[], nowMs: number): HandBack {
  if (!instead) return { is: 'not-needed' }
  const isSet = instead.reason === 'override'
  const { untilMs: atMs } = instead
  if (atMs !== undefined && atMs <= nowMs) return { is: 'due' }
  if (atMs !== undefined) {
    const quota = quotas.find(({ used, resetsAtMs }) => used >= 1 && resetsAtMs > atMs + earlyMs)
    const isTried = quota !== undefined || instead.isTry === true
    const how = isTried ? { is: 'tried' as const, ...(quota && { quota }) } : { is: 'known' as const }
    return { is: 'at', atMs, how: isSet ? { is: 'set' } : how }
  }
  if (isSet) return { is: 'open', sentence: 'Until you set it back to auto.' }
  if (instead.reason === 'network') return { is: 'open', sentence: `As soon as ${instead.of} can be reached.` }
  return { is: 'open', sentence: `As soon as ${instead.of} answers again.` }
}

/** `Resting: credit spent`. */
export function stateName(state: TargetState): string {
  switch (state.is) {
    case 'ready':
      return 'Ready'
    case 'resting':
      return `Resting: ${state.words}`
    case 'probing':
      return `Being probed: ${state.words}`
    case 'away':
      return 'Cannot be reached'
  }
}

/** `resets in 4 h 12 min, 18:30`. */
/** What was used before a reset says nothing of now. */
export function quotasNow(quotas: readonly QuotaView[], nowMs: number): QuotaView[] {
  return quotas.filter(({ resetsAtMs }) => resetsAtMs > nowMs)
}

export function resetWords({ resetsAtMs }: QuotaView, nowMs: number): string {
  return `resets in ${roughly(resetsAtMs - nowMs)}, ${moment(resetsAtMs, nowMs)}`
}

/** What became of an attempt: `answered`, `credit spent`, `not asked: credit spent`. */
export function attemptWords({ end, contentMs }: AttemptEntry): string {
  switch (end.is) {
    case 'open':
      return contentMs === undefined ? 'asked …' : 'answering …'
    case 'answered':
      return 'answered'
    case 'skipped':
      return `not asked: ${end.words}`
    case 'failed':
      return end.words
    case 'broken':
      return `broke off: ${end.words}`
    case 'lost':
      return 'another one spoke first'
  }
}

/** What became of an exchange. */
export function exchangeWords({ end }: Entry): string {
  switch (end.is) {
    case 'open':
      return 'being answered'
    case 'answered':
      return `answered by ${end.target}`
    case 'failed':
      return `failed: ${reasonName(end.reason)}`
    case 'gone':
      return 'its client left'
  }
}

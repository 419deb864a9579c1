/** Whether a target is asked now, in which order of reasons: the person's word, the network, the ledger, the quota that is left, the breaker. */
import type { Failure } from '../ir/failure.ts'
import type { Breakers } from './breakers.ts'
import type { Ledger, Payer } from './ledger.ts'
import type { Loop } from './loop.ts'
import type { OverrideSwitch } from './override.ts'
import { startTrial, type Trial } from './trial.ts'
import type { UsageBook } from './usage.ts'

/** Everything that is known of targets before they are asked. */
export interface Known {
  ledger: Ledger
  breakers: Breakers
  usage: UsageBook
  override: OverrideSwitch
  /** The share of a quota at which it is left to last; `undefined`: never. */
  handoverAt: number | undefined
  /** Which origins cannot be reached from this machine. */
  network: { readonly isQuiet: boolean; isAway: (origin: string) => boolean }
}

export interface Circumstances {
  /** The first of its chain. */
  isPrimary: boolean
  /** It uses no quota, so its answer would tell nothing of one. */
  isQuestion: boolean
  loop: Loop
}

export type Admission =
  /** `trial`: its outcome decides for all others. */
  | { is: 'ask'; trial?: Trial }
  /** `isPostponed`: to be asked after all when nobody else answers. */
  | { is: 'skip'; failure: Failure; isPostponed: boolean }

const ask: Admission = { is: 'ask' }

/** True in the usual case, in which every target is asked and nobody need know who pays. */
export function isQuiet({ ledger, breakers, usage, override, handoverAt, network }: Known, nowMs: number): boolean {
  return (
    override.get(nowMs).mode === 'auto' &&
    network.isQuiet &&
    ledger.isEmptyAt(nowMs) &&
    breakers.isEmptyAt(nowMs) &&
    (handoverAt === undefined || usage.isEmptyAt(nowMs))
  )
}

/** Whether it matters if the exchange stands in a tool loop that no local model began: finding that out takes a look into its messages. */
export function dependsOnLoop(payer: Payer, known: Known, nowMs: number): boolean {
  return payer.target.kind === 'cloud' && overIn(payer, known, nowMs) !== undefined
}

/** Counts as asking: whoever is admitted to a trial has it. */
export function admit(payer: Payer, known: Known, circumstances: Circumstances, nowMs: number): Admission {
  const trial = (): Trial => startTrial(payer, known.ledger, known.breakers, nowMs)
  if (payer.target.kind === 'local') return byBreaker(payer, known, circumstances, trial, nowMs)
  const { mode } = known.override.get(nowMs)
  if (mode === 'local') return { is: 'skip', failure: setAside, isPostponed: false }
  if (mode === 'primary' && circumstances.isPrimary)
    return circumstances.isQuestion ? ask : { is: 'ask', trial: trial() }
  if (known.network.isAway(payer.target.url.origin)) return { is: 'skip', failure: away, isPostponed: true }
  const standing = known.ledger.look(payer, nowMs)
  if (standing.is === 'resting' || (standing.is === 'due' && circumstances.isQuestion))
    return { is: 'skip', failure: standing.entry.limit, isPostponed: false }
  // Whatever the reason was that made it call: the local model ends what it began (DESIGN 7).
  if (circumstances.loop === 'of a local call' && !circumstances.isQuestion)
    return { is: 'skip', failure: localLoop, isPostponed: true }
  // Due: its reset has just passed, and what was used up before it says nothing.
  if (standing.is === 'due') return { is: 'ask', trial: trial() }
  const full = circumstances.loop === 'of another call' ? undefined : overIn(payer, known, nowMs)
  if (full && !circumstances.isQuestion) {
    const message = `The quota ${full.window} is ${Math.round(full.used * 100)} % used.`
    return { is: 'skip', failure: { kind: 'handover', resetsAtMs: full.resetsAtMs, message }, isPostponed: true }
  }
  return byBreaker(payer, known, circumstances, trial, nowMs)
}

function byBreaker(
  payer: Payer,
  { breakers }: Known,
  { isQuestion }: Circumstances,
  trial: () => Trial,
  nowMs: number,
): Admission {
  const admission = breakers.admit(payer, nowMs)
  if (admission === 'ask') return ask
  if (admission === 'probe' && !isQuestion) return { is: 'ask', trial: trial() }
  return { is: 'skip', failure: breakers.failureOf(payer) ?? away, isPostponed: true }
}

function overIn(payer: Payer, { usage, handoverAt }: Known, nowMs: number) {
  return handoverAt === undefined ? undefined : usage.findOver(payer, handoverAt, nowMs)
}

const localLoop: Failure = { kind: 'local-loop', message: 'A local model made the call whose result this is.' }

const setAside: Failure = { kind: 'override', message: 'Only local models are asked, as was set by hand.' }

const away: Failure = {
  kind: 'network',
  problem: 'unreachable',
  requestSent: false,
  message: 'It cannot be reached from this machine.',
}

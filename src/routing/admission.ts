/** Whether a target is asked now, in which order of reasons: the person's word, the network, the ledger, the quota that is left, the breaker. */
import type { Failure } from '../ir/failure.ts'
import { handWords, type Hand } from '../ir/hand.ts'
import { defined } from '../ir/json.ts'
import type { Breakers } from './breakers.ts'
import { restIn, type Ledger, type Payer } from './ledger.ts'
import type { Loop } from './loop.ts'
import type { OverrideSwitch } from './override.ts'
import type { Rest } from './rest.ts'
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
  { is: 'ask'; trial?: Trial } | Skip

/** What an exchange that came now would be told. */
export type Foresight = { is: 'ask'; isTrial: boolean } | Skip

/** `isPostponed`: to be asked after all when nobody else answers. `rest`: where it is known how long that lasts. */
export interface Skip {
  is: 'skip'
  failure: Failure
  isPostponed: boolean
  rest?: Rest
}

const admitted: Admission = { is: 'ask' }
const ask: Foresight = { is: 'ask', isTrial: false }
const tryOnce: Foresight = { is: 'ask', isTrial: true }

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
  const foresight = foresee(payer, known, circumstances, nowMs)
  if (foresight.is === 'skip') return foresight
  if (!foresight.isTrial) return admitted
  return { is: 'ask', trial: startTrial(payer, known.ledger, known.breakers, nowMs) }
}

/** The same for whoever only wants to know. */
export function foresee(payer: Payer, known: Known, circumstances: Circumstances, nowMs: number): Foresight {
  if (payer.target.kind === 'local') return byBreaker(payer, known, circumstances, nowMs)
  const override = known.override.get(nowMs)
  if (override.mode === 'local') {
    const rest = override.untilMs === undefined ? {} : { rest: { untilMs: override.untilMs } }
    return { is: 'skip', failure: setAside(override.by), isPostponed: false, ...rest }
  }
  if (override.mode === 'primary' && circumstances.isPrimary) return circumstances.isQuestion ? ask : tryOnce
  if (known.network.isAway(payer.target.url.origin)) return { is: 'skip', failure: away, isPostponed: true }
  const standing = known.ledger.look(payer, nowMs)
  if (standing.is === 'resting' || (standing.is === 'due' && circumstances.isQuestion))
    return { is: 'skip', failure: standing.entry.limit, isPostponed: false, rest: restIn(standing.entry) }
  // Whatever the reason was that made it call: the local model ends what it began (DESIGN 7).
  if (circumstances.loop === 'of a local call' && !circumstances.isQuestion)
    return { is: 'skip', failure: localLoop, isPostponed: true }
  // Due: its reset has just passed, and what was used up before it says nothing.
  if (standing.is === 'due') return tryOnce
  const full = circumstances.loop === 'of another call' ? undefined : overIn(payer, known, nowMs)
  if (full && !circumstances.isQuestion) {
    const { window, used, resetsAtMs } = full
    const message = `The quota ${window} is ${Math.round(used * 100)} % used.`
    const failure: Failure = { kind: 'handover', resetsAtMs, message }
    return { is: 'skip', failure, isPostponed: true, rest: { untilMs: resetsAtMs } }
  }
  return byBreaker(payer, known, circumstances, nowMs)
}

function byBreaker(payer: Payer, { breakers }: Known, { isQuestion }: Circumstances, nowMs: number): Foresight {
  const admission = breakers.admit(payer, nowMs)
  if (admission === 'ask') return ask
  if (admission === 'probe' && !isQuestion) return tryOnce
  const closed = breakers.closedTo(payer)
  return { is: 'skip', failure: closed?.failure ?? away, isPostponed: true, ...(closed && { rest: closed.rest }) }
}

function overIn(payer: Payer, { usage, handoverAt }: Known, nowMs: number) {
  return handoverAt === undefined ? undefined : usage.findOver(payer, handoverAt, nowMs)
}

const localLoop: Failure = { kind: 'local-loop', message: 'A local model made the call whose result this is.' }

function setAside(by: Hand | undefined): Failure {
  return { kind: 'override', ...defined({ by }), message: `Only local models are asked, as was set ${handWords(by)}.` }
}

const away: Failure = {
  kind: 'network',
  problem: 'unreachable',
  requestSent: false,
  message: 'It cannot be reached from this machine.',
}

/** Who answers now, why and until when: what is known of every target, for a person to see. Pure: nobody is asked. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import { describeFailure, type Failure } from '../ir/failure.ts'
import type { Entry } from '../observe/journal/entry.ts'
import { foresee, type Foresight, type Known, type Skip } from '../routing/admission.ts'
import type { Chain, Chains } from '../routing/chains.ts'
import type { Payer } from '../routing/ledger.ts'
import { modelAt } from '../routing/model-map.ts'
import type { PayerBook } from '../routing/payers.ts'
import type { Target } from '../routing/target.ts'
import type { UsageEntry } from '../routing/usage.ts'
import { ledgerView } from './ledger-view.ts'
import type {
  AnsweringView,
  DayView,
  EngineView,
  QuotaView,
  RestView,
  StatusView,
  TargetState,
  TargetView,
} from './views.ts'

export interface StatusFacts extends Known {
  chains: Chains
  payers: PayerBook
  /** The last exchanges, newest first. */
  recent: readonly Entry[]
  engines: EngineView[]
  today: DayView
  /** The account of a target's own credential; `undefined` where the client's is forwarded. */
  ownAccount: (target: Target) => string | undefined
  version: string
  startedAtMs: number
}

export function statusOf(facts: StatusFacts, nowMs: number): StatusView {
  const { version, startedAtMs, override, engines, today } = facts
  return {
    version,
    nowMs,
    startedAtMs,
    override: override.get(nowMs),
    answering: chainsByUse(facts).map(({ chain, dialects }) => answeringOf(facts, chain, dialects, nowMs)),
    targets: allTargets(facts.chains).map((target) => targetView(facts, target, nowMs)),
    engines,
    network: isNetworkDown(facts) ? 'down' : 'up',
    today,
  }
}

interface SharedChain {
  chain: Chain
  dialects: ClientDialectName[]
}

/** Those of the latest exchange first. */
function chainsByUse({ chains, recent }: StatusFacts): SharedChain[] {
  const shared = new Map<string, SharedChain>()
  for (const dialect of dialectNames) {
    const chain = chains[dialect]
    const key = chain.map(({ name }) => name).join('\n')
    const known = shared.get(key)
    if (known) known.dialects.push(dialect)
    else shared.set(key, { chain, dialects: [dialect] })
  }
  const rank = ({ dialects }: SharedChain): number => {
    const at = recent.findIndex(({ dialect }) => dialects.includes(dialect))
    return at === -1 ? recent.length : at
  }
  return [...shared.values()].sort((a, b) => rank(a) - rank(b))
}

const dialectNames: readonly ClientDialectName[] = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']

/** What a new conversation of whoever asked last would meet. */
function answeringOf(facts: StatusFacts, chain: Chain, dialects: ClientDialectName[], nowMs: number): AnsweringView {
  const asked = recentModel(facts, dialects)
  const [first] = chain
  const candidates = chain.map((target) => {
    const isPrimary = target === first
    return { target, foresight: foresee(payerAt(facts, target, asked), facts, { ...newTurn, isPrimary }, nowMs) }
  })
  const isThere = ({ target }: { target: Target }): boolean => !isSilent(facts, target)
  const askable = candidates.filter(({ foresight }) => foresight.is === 'ask')
  const postponed = candidates.filter(({ foresight }) => foresight.is === 'skip' && foresight.isPostponed)
  const { target } = askable.find(isThere) ?? askable[0] ?? postponed[0] ?? { target: first }
  const model = target.model ?? (asked === undefined ? undefined : modelAt(target, asked))
  return {
    dialects,
    target: target.name,
    kind: target.kind,
    ...(model !== undefined && { model }),
    ...(target !== first && { instead: insteadOf(first, candidates[0]?.foresight) }),
  }
}

const newTurn = { isPrimary: true, isQuestion: false, loop: 'none' } as const

function insteadOf({ name }: Target, foresight: Foresight | undefined): NonNullable<AnsweringView['instead']> {
  if (foresight?.is !== 'skip') return { of: name, ...wordsOf(silent) }
  const { failure, rest } = foresight
  const why = { of: name, ...wordsOf(failure) }
  if (!rest || !('untilMs' in rest)) return why
  return { ...why, untilMs: rest.untilMs, ...(isTry(failure, rest.untilMs) && { isTry: true }) }
}

/** Not so where somebody named the time: the provider, of its quota, or whoever set its place aside. */
function isTry(failure: Failure, untilMs: number): boolean {
  if (failure.kind === 'override') return false
  const resetsAtMs = 'resetsAtMs' in failure ? failure.resetsAtMs : undefined
  return resetsAtMs === undefined || untilMs < resetsAtMs
}

const silent: Failure = { kind: 'network', problem: 'refused', requestSent: false, message: 'Nobody answers there.' }

function wordsOf(failure: Failure): { reason: Failure['kind']; words: string } {
  return { reason: failure.kind, words: describeFailure(failure) }
}

function recentModel({ recent }: StatusFacts, dialects: readonly ClientDialectName[]): string | undefined {
  return recent.find(({ dialect, model }) => model !== undefined && dialects.includes(dialect))?.model
}

function targetView(facts: StatusFacts, target: Target, nowMs: number): TargetView {
  const { name, kind, dialect, url, model } = target
  const rests = restsAt(facts, target)
  return {
    name,
    kind,
    dialect,
    place: url.text,
    ...(model !== undefined && { model }),
    state: stateOf(facts, target, nowMs),
    quotas: quotasOf(facts, target, nowMs),
    ...(rests.length > 0 && { rests }),
  }
}

/** More are no list that anybody reads; `/ledger` has them all. */
const mostRests = 20

function restsAt({ ledger, breakers }: StatusFacts, target: Target): RestView[] {
  return ledgerView(ledger, breakers)
    .entries.filter((entry) => isAt(entry, target))
    .slice(0, mostRests)
}

/** Whatever the person wants of it: that is shown beside. */
function stateOf(facts: StatusFacts, target: Target, nowMs: number): TargetState {
  if (isSilent(facts, target)) return { is: 'away' }
  const known: Known = { ...facts, override: { ...facts.override, get: () => ({ mode: 'auto' }) } }
  const foresight = foresee(payerAt(facts, target, undefined), known, newTurn, nowMs)
  return foresight.is === 'ask' ? { is: 'ready' } : restingState(foresight)
}

function restingState({ failure, rest }: Skip): TargetState {
  if (!rest) return { is: 'away' }
  if ('untilMs' in rest) return { is: 'resting', ...wordsOf(failure), untilMs: rest.untilMs }
  return { is: 'probing', ...wordsOf(failure), sinceMs: rest.probedSinceMs }
}

/** Its server was asked, and does not answer. */
function isSilent({ engines }: StatusFacts, { name, kind }: Target): boolean {
  return kind === 'local' && engines.some(({ target, state }) => target === name && state === 'unreachable')
}

/**
 * Whose standing is shown: that of whoever asked this target last. Before anybody has (after a restart), of the only account that is
 * remembered; where several are, of nobody's: who comes next may be any of them, and what one of them has spent is not spent for all.
 */
function payerAt(facts: StatusFacts, target: Target, asked: string | undefined): Payer {
  const latest = facts.payers.latestAt(target.name)
  const account = facts.ownAccount(target) ?? latest?.account ?? onlyAccount(facts, target) ?? nobody
  return { target, account, model: asked ?? latest?.model ?? '' }
}

/** No digest is empty. */
const nobody = ''

function onlyAccount({ ledger, usage }: StatusFacts, target: Target): string | undefined {
  const known = [...ledger.entries(), ...usage.entries()].filter((entry) => isAt(entry, target))
  const [only, ...others] = new Set(known.map(({ account }) => account))
  return others.length === 0 ? only : undefined
}

function isAt({ target, place }: { target: string; place: string }, { name, url }: Target): boolean {
  return target === name && place === url.text
}

/** Of whoever asked last first. What was used up before a reset says nothing. */
function quotasOf(facts: StatusFacts, target: Target, nowMs: number): QuotaView[] {
  const { account: latest } = payerAt(facts, target, undefined)
  const rank = ({ account }: UsageEntry): number => (account === latest ? 0 : 1)
  return facts.usage
    .entries()
    .filter((entry) => isAt(entry, target) && entry.resetsAtMs > nowMs)
    .sort((a, b) => rank(a) - rank(b) || a.resetsAtMs - b.resetsAtMs)
    .map(({ window, used, resetsAtMs, account, model }) => ({
      window,
      used: Math.min(1, used),
      resetsAtMs,
      account,
      ...(model !== undefined && { model }),
    }))
}

export function allTargets(chains: Chains): Target[] {
  return [...new Set(dialectNames.flatMap((dialect) => [...chains[dialect]]))]
}

function isNetworkDown({ chains, network }: StatusFacts): boolean {
  const clouds = allTargets(chains).filter(({ kind }) => kind === 'cloud')
  return clouds.length > 0 && clouds.every(({ url }) => network.isAway(url.origin))
}

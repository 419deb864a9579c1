/**
 * The failure catalogue: every way an attempt can go wrong, closed.
 * A kind never changes its meaning; it is what logs, metrics and the `X-Trooper-Reason` header say.
 */
import { handWords, type Hand } from './hand.ts'

/** Whom a spent quota or a limit concerns: the whole account, one model, or only this one request (too big for the limit). */
export type Scope = 'account' | 'model' | 'request'

/** Over which time a limit counts, where the refusal says so: a plan's five hours or seven days, a calendar's day or month. */
export type LimitWindow = 'minute' | 'day' | '5h' | '7d' | 'month'

interface LimitFacts {
  scope: Scope
  window?: LimitWindow
  resetsAtMs?: number
}

export type Cause =
  /** Credit, plan or spend limit used up: waiting seconds will not help. */
  | ({
      kind: 'quota-spent'
      what: 'credit' | 'quota'
      /** The quota may be back well before `resetsAtMs`, so that asking earlier is worthwhile. */
      isUpperBound?: true
    } & LimitFacts)
  /** A limit per minute or second: it clears by itself. */
  | ({ kind: 'rate-limited' } & LimitFacts)
  | { kind: 'overloaded' }
  /** A local server that is there, and reads a model into memory: it will answer. */
  | { kind: 'loading' }
  | { kind: 'server-error' }
  /** No connection, or one that broke before the answer was whole. `requestSent` says whether the target may have seen the request. */
  | { kind: 'network'; problem: NetworkProblem; requestSent: boolean }
  /** Which clock ran out: one of the target's, or the whole exchange's. */
  | { kind: 'timeout'; phase: 'connect' | 'head' | 'first-content' | 'stall' | 'exchange' }
  /** An answer that breaks its own dialect: no end, no JSON, an unknown shape. */
  | {
      kind: 'malformed-answer'
      /** The engine says that it could not read a tool call of its own model. */
      isUnreadCall?: true
    }
  | { kind: 'bad-key' }
  | { kind: 'forbidden' }
  | { kind: 'unknown-model' }
  | { kind: 'too-long'; promptTokens?: number; windowTokens?: number }
  | { kind: 'content-refused' }
  /** Any other fault in the request itself. */
  | { kind: 'bad-request' }
  | { kind: 'client-gone' }
  /** Not asked although it would have answered: little of its quota is left (`HANDOVER_AT`). */
  | { kind: 'handover'; resetsAtMs: number }
  /** Not asked because a local model made the call whose result this is: it goes on with its own tool loop. */
  | { kind: 'local-loop' }
  /** Not asked because the person said so, or an agent that may. */
  | { kind: 'override'; by?: Hand }
  /** Not asked because the model runs on somebody else's machine, and nobody allowed that (`ALLOW_REMOTE_MODELS`). */
  | { kind: 'remote-model' }
  /** Not asked because too many wait for it already (`LOCAL_QUEUE`); `resetsAtMs` is when it is worth asking again. */
  | { kind: 'queue-full'; resetsAtMs: number }

export type NetworkProblem = 'refused' | 'dns' | 'tls' | 'reset' | 'unreachable'
export type FailureKind = Cause['kind']

export type Failure = Cause & {
  /** One sentence, in the target's own words where it gave any. */
  message: string
  /** HTTP status of the target's answer, where there was one. */
  status?: number
  /** The target's own machine-readable word (`insufficient_quota`, `1300`, …). */
  code?: string
}

/** A refusal that the ledger remembers. */
export type Limit = Extract<Failure, { kind: 'quota-spent' | 'rate-limited' }>

type Blame = 'target' | 'request' | 'network' | 'nobody'

interface CatalogueEntry {
  blame: Blame
  /** Status a client gets when Trooper itself has to report this failure. */
  status: number
  /** A person's words for it, as logs print them. */
  label: string
}

export const catalogue: { readonly [K in FailureKind]: CatalogueEntry } = {
  'quota-spent': { blame: 'target', status: 429, label: 'quota spent' },
  'rate-limited': { blame: 'target', status: 429, label: 'rate limited' },
  overloaded: { blame: 'target', status: 503, label: 'overloaded' },
  loading: { blame: 'target', status: 503, label: 'loading its model' },
  'server-error': { blame: 'target', status: 502, label: 'server error' },
  network: { blame: 'network', status: 502, label: 'unreachable' },
  timeout: { blame: 'target', status: 504, label: 'timed out' },
  'malformed-answer': { blame: 'target', status: 502, label: 'broken answer' },
  'bad-key': { blame: 'request', status: 401, label: 'bad key' },
  forbidden: { blame: 'request', status: 403, label: 'not permitted' },
  'unknown-model': { blame: 'request', status: 404, label: 'unknown model' },
  'too-long': { blame: 'request', status: 400, label: 'too long' },
  'content-refused': { blame: 'request', status: 400, label: 'content refused' },
  'bad-request': { blame: 'request', status: 400, label: 'bad request' },
  'client-gone': { blame: 'nobody', status: 499, label: 'client gone' },
  handover: { blame: 'nobody', status: 429, label: 'quota nearly spent' },
  'local-loop': { blame: 'nobody', status: 503, label: 'tool loop of a local model' },
  override: { blame: 'nobody', status: 503, label: 'set aside by hand' },
  'remote-model': { blame: 'nobody', status: 403, label: 'model of another machine, not asked' },
  'queue-full': { blame: 'nobody', status: 503, label: 'queue full' },
}

/** A failure in a few words for a log line: `credit spent`, `unreachable: connection refused`. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'quota-spent':
      return `${failure.what} spent`
    case 'network':
      return networkLabels[failure.problem]
    case 'timeout':
      return `timed out: ${failure.phase.replace('-', ' ')}`
    case 'override':
      return `set aside ${handWords(failure.by)}`
    case 'malformed-answer':
      return failure.isUnreadCall ? 'tool call unread by its engine' : catalogue[failure.kind].label
    case 'rate-limited':
    case 'overloaded':
    case 'loading':
    case 'server-error':
    case 'bad-key':
    case 'forbidden':
    case 'unknown-model':
    case 'too-long':
    case 'content-refused':
    case 'bad-request':
    case 'client-gone':
    case 'handover':
    case 'local-loop':
    case 'remote-model':
    case 'queue-full':
      return catalogue[failure.kind].label
  }
}

const networkLabels: { readonly [P in NetworkProblem]: string } = {
  refused: 'connection refused',
  dns: 'name not found',
  tls: 'TLS failed',
  reset: 'connection reset',
  unreachable: 'network unreachable',
}

/** A stream whose bytes end without a fault of the transport, but in the middle of the answer. */
export const streamCut: Failure = { kind: 'malformed-answer', message: 'The stream ended in the middle of the answer.' }

/** A stream with a frame that cannot be read and that the answer cannot do without. */
export const frameTorn: Failure = { kind: 'malformed-answer', message: 'A frame of the stream could not be read.' }

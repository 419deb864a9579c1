/** One exchange as its owner sees it: who was asked, what came of it, how long everything took. No prompt, answer or key is in it. */
import type { ClientDialectName } from '../../dialects/dialect.ts'
import type { Usage } from '../../ir/events.ts'
import type { FailureKind } from '../../ir/failure.ts'
import type { DialectName } from '../../ir/request.ts'
import type { Trace } from '../traces/trace.ts'

export interface Entry {
  /** Unique on this machine, in the order of the exchanges. */
  readonly id: string
  /** When the request had been read, epoch milliseconds. */
  readonly atMs: number
  readonly dialect: ClientDialectName
  readonly about: 'conversation' | 'models' | 'tokens'
  /** An agent asked the local model through Trooper's own tools; unset: an app asked. */
  readonly by?: 'agent'
  readonly isStream: boolean
  /** As the client named it, where a glance at the body shows it. */
  readonly model?: string
  /** In the order in which they were asked, or found to rest. */
  readonly attempts: AttemptEntry[]
  end: ExchangeEnd
  /** Of the exchange, once it is over; milliseconds. */
  totalMs?: number
  /** Unset unless the person switched `CAPTURE` on. */
  content?: Content
  /** Set where traces are recorded. */
  readonly trace?: Trace
}

export type ExchangeEnd =
  | { is: 'open' }
  /** The client has a whole answer; from `target` it has the end of it. */
  | { is: 'answered'; target: string }
  /** The client was told so, in an error or within its answer. */
  | { is: 'failed'; reason: FailureKind }
  /** The client did not wait for an answer. */
  | { is: 'gone' }

export interface AttemptEntry {
  readonly target: string
  readonly kind: 'cloud' | 'local'
  readonly dialect: DialectName
  /** Who it says that answered, else who was asked. */
  model?: string
  /** `seam`: it went on with what another one had begun. */
  how: 'relay' | 'translate' | 'seam'
  /** Milliseconds since the exchange began; so are all the times below. */
  startMs: number
  /** In the engine's queue, where it had to wait for its turn. */
  turnMs?: number
  /** The request went out on a connection. */
  connectMs?: number
  /** The head of the answer came. */
  headMs?: number
  /** The first content came: pings and comments are none. */
  contentMs?: number
  endMs?: number
  end: AttemptEnd
  usage?: Usage
  /** What of the conversation it could not be shown. No messages: only parts of them, or of the definitions of tools. */
  omitted?: { messages: number; tokens: number }
  /** Where traces are recorded: 16 hex digits. */
  readonly spanId?: string
}

export type AttemptEnd =
  | { is: 'open' }
  | { is: 'answered' }
  /** It was not asked: what is known of it says that it would not answer. `untilMs`: epoch milliseconds. */
  | { is: 'skipped'; reason: FailureKind; words: string; untilMs?: number }
  /** `broken`: in the middle of its answer. */
  | { is: 'failed' | 'broken'; reason: FailureKind; words: string; status?: number }
  /** Another one spoke first. */
  | { is: 'lost' }

/** The beginnings of what was asked and answered, as they went over the wire, without what looks like a key. */
interface Content {
  request: string
  answer: string
}

/** Who answered in place of the first target, if somebody did. */
export function fallbackOf({ end, attempts }: Entry): AttemptEntry | undefined {
  if (end.is !== 'answered' || attempts.length === 1) return undefined
  const last = attempts.findLast(({ target }) => target === end.target)
  return last?.target === attempts[0]?.target ? undefined : last
}

/** Why: the reason for which the first target did not answer. */
export function reasonOf({ attempts: [first] }: Entry): FailureKind | undefined {
  // Another target is asked beside the first one only when that is late.
  if (first?.end.is === 'lost') return 'timeout'
  return first && 'reason' in first.end ? first.end.reason : undefined
}

/** It was asked, and did not do its part; a client that left is nobody's failure. */
export function isFailure(end: AttemptEnd): end is Extract<AttemptEnd, { is: 'failed' | 'broken' }> {
  return (end.is === 'failed' || end.is === 'broken') && end.reason !== 'client-gone'
}

/** Milliseconds to the first content that the client got. */
export function firstContentMs({ attempts }: Entry): number | undefined {
  return attempts.find(({ contentMs, end }) => contentMs !== undefined && (hasSpoken(end) || isLeft(end)))?.contentMs
}

/** The client may have had a part of the answer. */
function isLeft(end: AttemptEnd): boolean {
  return end.is === 'failed' && end.reason === 'client-gone'
}

function hasSpoken({ is }: AttemptEnd): boolean {
  return is === 'answered' || is === 'broken' || is === 'open'
}

/** Where one target's output ends and this one's begins: not where it was asked to go on and said nothing. */
export function isSeam({ how, end }: AttemptEntry): boolean {
  return how === 'seam' && hasSpoken(end)
}

export function seamsOf({ attempts }: Entry): number {
  return attempts.filter(isSeam).length
}

/** What a failure means for the exchange (DESIGN 5); the reason stands beside each branch. */
import type { Failure, Limit } from '../ir/failure.ts'
import type { Target } from './target.ts'

export type Verdict =
  /** The same target again, after a pause. */
  | { action: 'retry'; afterMs: number }
  /** The next target; `remember`: the limit because of which this one need not be asked for a while. */
  | { action: 'next'; remember?: Limit }
  /** The client gets this target's own answer, untouched. */
  | { action: 'give' }
  /** Nobody is left to answer to. */
  | { action: 'stop' }

export interface Situation {
  target: Target
  /** It answers in another's place. */
  isFallback: boolean
  /** How often this target was already asked again in this exchange. */
  retries: number
  /** Since it was first asked in this exchange. */
  waitedMs: number
  /** Until the time of the whole exchange is over. */
  leftMs: number
  policy: Policy
  nowMs: number
}

export interface Policy {
  /** Statuses that mean fallback, whatever the body says. */
  quotaStatusCodes: readonly number[]
  /** A rate limit that clears within this is waited out. */
  waitMaxMs: number
  /** A local server that reads its model into memory is waited for so long. */
  localMs: number
}

export function judge(failure: Failure, situation: Situation): Verdict {
  if (failure.kind === 'client-gone') return { action: 'stop' }
  // Nobody else has time left either.
  if (failure.kind === 'timeout' && failure.phase === 'exchange') return { action: 'give' }
  const verdict = situation.target.kind === 'local' ? judgeLocal(failure, situation) : judgeCloud(failure, situation)
  // A fallback is there to answer: whatever hinders it, the next one is asked, or the first target's own answer given.
  return verdict.action === 'give' && situation.isFallback ? { action: 'next' } : verdict
}

/** Loading takes seconds to minutes. */
const loadingPauseMs = 1000

function judgeLocal(failure: Failure, { retries, waitedMs, policy }: Situation): Verdict {
  // It is there and will answer: nobody that comes after it is sooner ready.
  if (failure.kind === 'loading' && waitedMs < policy.localMs) return { action: 'retry', afterMs: loadingPauseMs }
  const isUnsent = failure.kind === 'network' && !failure.requestSent
  return isUnsent && retries === 0 ? { action: 'retry', afterMs: 0 } : { action: 'next' }
}

function judgeCloud(failure: Failure, situation: Situation): Verdict {
  switch (failure.kind) {
    case 'quota-spent':
      return remember(failure)
    case 'rate-limited':
      return judgeRateLimit(failure, situation)
    case 'overloaded':
    case 'loading':
    // An answer that breaks its own dialect, and a target that went silent, are never asked again in one exchange.
    case 'malformed-answer':
    case 'timeout':
      return { action: 'next' }
    case 'network':
      // Without a connection nothing can have been sent, so asking again is free (Caddy's rule).
      return !failure.requestSent && situation.retries === 0 ? { action: 'retry', afterMs: 0 } : { action: 'next' }
    case 'bad-key':
    case 'forbidden':
    case 'content-refused':
      // A bad key or a refusal is never masked, also when its status is listed.
      return { action: 'give' }
    case 'server-error':
    case 'unknown-model':
    case 'too-long':
    case 'bad-request':
      return judgeStatus(failure, situation)
    case 'handover':
    case 'local-loop':
    case 'override':
    case 'remote-model':
    case 'queue-full':
      // No attempt ends so: they say why a target was not asked.
      return { action: 'next' }
    case 'client-gone':
      return { action: 'stop' }
  }
}

/** Only what the person listed; a 5xx may be a hiccup and is asked once more. */
function judgeStatus(failure: Failure, { policy, retries }: Situation): Verdict {
  const { status } = failure
  if (status === undefined) return { action: 'next' }
  if (!policy.quotaStatusCodes.includes(status)) return { action: 'give' }
  return status >= 500 && retries === 0 ? { action: 'retry', afterMs: 0 } : { action: 'next' }
}

function judgeRateLimit(failure: Extract<Limit, { kind: 'rate-limited' }>, situation: Situation): Verdict {
  const { policy, retries, nowMs, leftMs } = situation
  // Too big for the limit as such: no wait helps, and other requests are not concerned.
  if (failure.scope === 'request') return { action: 'next' }
  if (failure.status !== undefined && !policy.quotaStatusCodes.includes(failure.status)) return { action: 'give' }
  const waitMs = failure.resetsAtMs === undefined ? undefined : failure.resetsAtMs - nowMs
  // A wait that leaves no time for an answer is none.
  if (waitMs !== undefined && waitMs <= policy.waitMaxMs && waitMs < leftMs && retries === 0)
    return { action: 'retry', afterMs: Math.max(0, waitMs) }
  return remember(failure)
}

/** A request too big by itself says nothing of others. */
function remember(limit: Limit): Verdict {
  return limit.scope === 'request' ? { action: 'next' } : { action: 'next', remember: limit }
}

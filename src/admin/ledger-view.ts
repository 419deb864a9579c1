/** Everybody who rests, whichever customer: what is known of spent quotas, and who keeps failing. Pure. */
import { describeFailure } from '../ir/failure.ts'
import { redact } from '../observe/journal/redact.ts'
import type { Breakers, ClosedTo } from '../routing/breakers.ts'
import { probePatienceMs, type Ledger, type LedgerEntry } from '../routing/ledger.ts'
import type { LedgerView, RestView } from './views.ts'

/** Whose rest ends first comes first. */
export function ledgerView(ledger: Pick<Ledger, 'entries'>, breakers: Pick<Breakers, 'entries'>): LedgerView {
  const entries = [...ledger.entries().map(spentView), ...breakers.entries().map(closedView)]
  return { entries: entries.sort((a, b) => a.untilMs - b.untilMs) }
}

function spentView({ target, place, account, model, limit, refusals, state }: LedgerEntry): RestView {
  return {
    target,
    place,
    account,
    ...(model !== undefined && { model }),
    reason: limit.kind,
    words: shown(limit.message) || describeFailure(limit),
    ...(limit.window !== undefined && { window: limit.window }),
    untilMs: state.untilMs,
    refusals,
    isProbed: state.is === 'probing',
  }
}

function closedView({ target, place, account, failure, rest, pauses }: ClosedTo): RestView {
  const isProbed = 'probedSinceMs' in rest
  return {
    target,
    place,
    account,
    reason: failure.kind,
    words: shown(failure.message) || describeFailure(failure),
    // Others may ask when the one that tries has said nothing for so long.
    untilMs: isProbed ? rest.probedSinceMs + probePatienceMs : rest.untilMs,
    refusals: pauses,
    isProbed,
  }
}

const longestWords = 300

/** A provider's sentence may quote the key that it refuses. */
function shown(sentence: string): string {
  return redact(sentence).slice(0, longestWords)
}

/** Request + ledger -> whom to ask, in order. */
import type { Ledger, LedgerEntry, Payer } from './ledger.ts'
import type { Target } from './target.ts'

export interface Plan {
  candidates: Target[]
  /** Who is not asked at all, and what the ledger says of them. */
  skipped: { target: Target; entry: LedgerEntry }[]
}

/** `payerAt` is asked only for targets that the ledger may know something of: naming the payer costs a digest and a look into the body. */
export function planExchange(
  chain: readonly Target[],
  ledger: Ledger,
  payerAt: (target: Target) => Payer,
  nowMs: number,
): Plan {
  if (ledger.isEmptyAt(nowMs)) return { candidates: [...chain], skipped: [] }
  const plan: Plan = { candidates: [], skipped: [] }
  for (const target of chain) {
    const entry = target.kind === 'cloud' ? ledger.find(payerAt(target), nowMs) : undefined
    if (entry) plan.skipped.push({ target, entry })
    else plan.candidates.push(target)
  }
  return plan
}

/** Who used each target last: of many customers the one whose standing a person wants to see. Accounts are digests. */
import type { Payer } from './ledger.ts'

export interface PayerBook {
  /** Called only where something is known of a target, so that a quiet exchange pays nothing for it. */
  note(payer: Payer): void
  latestAt(target: string): Pick<Payer, 'account' | 'model'> | undefined
}

export function createPayerBook(): PayerBook {
  const latest = new Map<string, Pick<Payer, 'account' | 'model'>>()
  return {
    note: ({ target, account, model }) => void latest.set(target.name, { account, model }),
    latestAt: (target) => latest.get(target),
  }
}

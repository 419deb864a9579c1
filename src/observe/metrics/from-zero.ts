/**
 * Series that are there before anything is counted in them. Prometheus sees by how much a series grows, and nothing of one that appears:
 * it would miss the first failure for every reason, and all that happens once.
 */
import type { ClientDialectName } from '../../dialects/dialect.ts'
import type { Chain, Chains } from '../../routing/chains.ts'
import { failureKinds } from '../days/day.ts'
import type { ExchangeMeters } from './exchange-meters.ts'

const outcomes = ['answered', 'fallback', 'failed', 'gone'] as const

/** When Trooper starts: what alerts look at. */
export function beginAll(meters: ExchangeMeters, chains: Chains): void {
  for (const dialect of Object.keys(chains))
    for (const outcome of outcomes) meters.exchanges.at(dialect, 'conversation', outcome)
  for (const { name } of Object.values(chains).flat()) {
    for (const direction of ['input', 'output']) meters.tokens.at(name, direction)
    meters.cost.at(name)
    meters.costUnknown.at(name)
    meters.seams.at(name)
    meters.omittedMessages.at(name)
    meters.omittedTokens.at(name)
  }
}

/** With the first conversation in a dialect: ~200 series, which a dialect that nobody speaks need not have. */
export function beginDialect(meters: ExchangeMeters, dialect: ClientDialectName, chain: Chain): void {
  const [first, ...others] = chain
  for (const reason of failureKinds) {
    meters.exchangeFailures.at(dialect, reason)
    for (const { name } of others) meters.fallbacks.at(dialect, name, reason)
    for (const { name } of [first, ...others]) {
      meters.attemptFailures.at(name, dialect, reason)
      meters.skips.at(name, dialect, reason)
    }
  }
}

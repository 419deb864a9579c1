/** Whom to ask, in order, for a client of each dialect. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import { modelAt } from './model-map.ts'
import type { Target } from './target.ts'

/** Primary first, then the fallbacks in priority order. */
export type Chain = readonly [primary: Target, ...fallbacks: Target[]]

export type Chains = { readonly [D in ClientDialectName]: Chain }

/** A client that names a local model, as the list of models shows it, is answered by that one, unless the primary has a model of its own for that name. */
export function chainFor(chains: Chains, dialect: ClientDialectName, model: string | undefined): Chain {
  const chain = chains[dialect]
  if (model === undefined || modelAt(chain[0], model) !== model) return chain
  const isNamed = (target: Target): boolean => target.kind === 'local' && target.model === model
  const first = chain.find(isNamed)
  return first ? [first, ...chain.filter((target) => isNamed(target) && target !== first)] : chain
}

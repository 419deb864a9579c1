/** Who is asked in which order, and which models the local servers have, whether anybody asks them or not. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import { engineLabels } from '../engines/places.ts'
import type { Services } from '../exchange/outcome.ts'
import type { Chain, Chains } from '../routing/chains.ts'
import type { Target } from '../routing/target.ts'
import { allTargets } from './status.ts'
import type { ChainsView } from './views.ts'

type Parts = Pick<Services, 'chains' | 'engines' | 'locals'>

export async function chainsView(parts: Parts): Promise<ChainsView> {
  const locals = allTargets(parts.chains).filter(({ kind }) => kind === 'local')
  const servers = new Map(locals.map((target) => [target.url.origin, target]))
  return {
    chains: sharedChains(parts.chains),
    servers: await Promise.all([...servers.values()].map((target) => serverView(parts, target))),
  }
}

/** Dialects that share one stand together. */
function sharedChains(chains: Chains): ChainsView['chains'] {
  const shared = new Map<string, ChainsView['chains'][number]>()
  for (const [dialect, chain] of entriesOf(chains)) {
    const targets = chain.map(({ name }) => name)
    const known = shared.get(targets.join('\n')) ?? { dialects: [], targets }
    known.dialects.push(dialect)
    shared.set(targets.join('\n'), known)
  }
  return [...shared.values()]
}

function entriesOf(chains: Chains): [ClientDialectName, Chain][] {
  const { anthropic, 'openai-chat': chat, 'openai-responses': responses, ollama } = chains
  return [
    ['anthropic', anthropic],
    ['openai-chat', chat],
    ['openai-responses', responses],
    ['ollama', ollama],
  ]
}

async function serverView({ engines, locals }: Parts, target: Target): Promise<ChainsView['servers'][number]> {
  // Where a server was not there at the start, this finds out where it is now.
  await locals.prepare(target)
  const engine = await engines.at(target)
  const [models = [], identity] = await Promise.all([engine.models(target), engines.identify(target)])
  return {
    place: target.embedded ? target.url.text : target.url.origin,
    ...(identity && { software: [engineLabels[identity.name], identity.version].join(' ').trim() }),
    models: models
      .filter(({ isChat }) => isChat)
      .map(({ name, isLoaded, sizeBytes, tools }) => ({
        name,
        isLoaded,
        ...(sizeBytes !== undefined && { sizeBytes }),
        ...(tools !== undefined && { tools }),
      })),
  }
}

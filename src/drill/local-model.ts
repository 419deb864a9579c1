/** Which local model answers in a drill: the configured one when it is there, else the stand-in. */
import type { Targets } from '../config/targets.ts'
import type { Target } from '../routing/target.ts'
import { fetchJson } from '../upstream/fetch-json.ts'
import { createPools, type Pools } from '../upstream/pools.ts'
import { standInModel, startStandIn } from './stand-in.ts'

export interface LocalModel {
  /** In priority order. */
  targets: [Target, ...Target[]]
  isStandIn: boolean
  /** Which one it is and why, in a sentence. */
  sentence: string
  close(): Promise<void>
}

/** `wordMs` is how fast the stand-in speaks. */
export async function findLocalModel(
  [first, ...rest]: readonly Target[],
  forceStandIn: boolean,
  wordMs: number,
): Promise<LocalModel> {
  if (!first) return standIn('as none is configured', wordMs)
  if (forceStandIn) return standIn('as you asked', wordMs)
  const problem = await absence(first)
  if (problem !== undefined) return standIn(problem, wordMs)
  const sentence = `Local model: ${first.model ?? first.name} at ${first.url.origin}, your own.`
  return { targets: [first, ...rest], isStandIn: false, sentence, close: () => Promise.resolve() }
}

export function configuredModels({ hasOwnChains, fallbacks, chains }: Targets): Target[] {
  if (!hasOwnChains) return fallbacks
  return [...new Set(Object.values(chains).flat())].filter(({ kind }) => kind === 'local')
}

async function standIn(reason: string, wordMs: number): Promise<LocalModel> {
  const server = await startStandIn(wordMs)
  const target: Target = {
    name: `local/${standInModel}`,
    kind: 'local',
    dialect: 'ollama',
    speaks: ['ollama'],
    url: { origin: server.origin, base: '', query: '', text: `${server.origin}/api/chat` },
    model: standInModel,
  }
  const sentence = `Local model: a scripted stand-in, no AI, ${reason}.`
  return { targets: [target], isStandIn: true, sentence, close: () => server.close() }
}

const connectTimeoutMs = 2000

/** Why the model cannot answer, as the end of a sentence; `undefined` when it can. */
async function absence(target: Target): Promise<string | undefined> {
  if (target.embedded) return 'as a model inside Trooper would have to be started anew for every scenario'
  const pools = createPools(connectTimeoutMs)
  try {
    return await (target.dialect === 'ollama' ? absenceAtOllama(pools, target) : absenceElsewhere(pools, target))
  } finally {
    await pools.destroy()
  }
}

async function absenceAtOllama(pools: Pools, target: Target): Promise<string | undefined> {
  const model = target.model ?? ''
  if (await fetchJson(pools, target, '/api/show', { model })) return undefined
  const isThere = await fetchJson(pools, target, '/api/version')
  return isThere
    ? `as the Ollama at ${target.url.origin} does not have ${model} (run: ollama pull ${model})`
    : `as no Ollama answers at ${target.url.origin} (start it with: ollama serve)`
}

async function absenceElsewhere(pools: Pools, target: Target): Promise<string | undefined> {
  const isThere = await fetchJson(pools, target, '/models')
  return isThere ? undefined : `as no local server answers at ${target.url.origin}`
}

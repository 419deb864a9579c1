/** Which engine stands behind a target: asked once, and again when the server was away. */
import type { Failure } from '../ir/failure.ts'
import type { Target } from '../routing/target.ts'
import type { Place } from '../upstream/fetch-json.ts'
import { DockerModelRunner } from './docker-model-runner.ts'
import type { Engine, EngineName, Engines, Identity } from './engine.ts'
import { EmbeddedEngine } from './embedded.ts'
import { identify } from './identify.ts'
import { ask, rootOf, type Kit } from './kit.ts'
import { LlamaServer } from './llama-server.ts'
import { LmStudio } from './lm-studio.ts'
import { OllamaEngine } from './ollama.ts'
import { CompatibleEngine } from './openai-compatible.ts'
import { portOf } from './places.ts'
import { createRecall } from './recall.ts'
import { Vllm } from './vllm.ts'

export function createEngines(kit: Kit): Engines {
  const engines: { readonly [E in EngineName]: Engine } = {
    ollama: new OllamaEngine(kit),
    'lm-studio': new LmStudio(kit),
    'llama-server': new LlamaServer(kit),
    vllm: new Vllm(kit),
    'docker-model-runner': new DockerModelRunner(kit),
    'openai-compatible': new CompatibleEngine(kit),
    embedded: new EmbeddedEngine(kit),
  }
  const identities = createRecall<Identity | 'stranger'>(kit.clock, Number.POSITIVE_INFINITY)

  const lookAt = (place: Place): Promise<Identity | 'stranger' | undefined> =>
    identities.get(keyOf(place), () => identify((path) => ask(kit, place, path), portOf(place.url.origin)))

  const askIdentity = async (place: Place): Promise<Identity | undefined> => {
    if (isInside(place)) return (await ask(kit, place, '/api/version')) ? { name: 'embedded' } : undefined
    const found = await lookAt(place)
    return found === 'stranger' ? undefined : found
  }

  /** Where nobody says more, the dialect of the configured path does. */
  const engineOf = (identity: Identity | 'stranger' | undefined, target: Target): Engine => {
    if (isInside(target)) return engines.embedded
    if (identity && identity !== 'stranger') return engines[identity.name]
    return engines[target.dialect === 'ollama' ? 'ollama' : 'openai-compatible']
  }

  const known = (target: Target): Engine => engineOf(identities.peek(keyOf(target)), target)

  return {
    at: async (target) => engineOf(isInside(target) ? undefined : await askIdentity(target), target),
    known,
    identify: askIdentity,
    isStranger: async (place) => !isInside(place) && (await lookAt(place)) === 'stranger',
    doubt: (failure: Failure, target) => {
      const isWorthARepeat = known(target).doubt(failure, target)
      const isOtherServer = mayBeAnother(failure)
      if (isOtherServer) identities.forget(keyOf(target))
      return { isWorthARepeat, isOtherServer }
    },
  }
}

/** A model inside Trooper is known as what it is. */
function isInside(place: Place & Pick<Partial<Target>, 'embedded'>): boolean {
  return place.embedded !== undefined
}

/** Nobody is there, or nobody who knows the path or the form of what he was asked; LM Studio says that under 200 (local-engines.md 2.3). */
function mayBeAnother({ kind, status, message }: Failure): boolean {
  if (kind === 'network' || kind === 'malformed-answer') return true
  return status === 404 || status === 405 || message.startsWith('Unexpected endpoint or method.')
}

function keyOf({ url }: Place): string {
  return url.origin + rootOf(url)
}

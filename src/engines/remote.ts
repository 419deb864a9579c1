/** Models that a local server has run on somebody else's machine (local-engines.md 1.9): a conversation goes there only if somebody said so. */
import type { Failure } from '../ir/failure.ts'
import type { Target } from '../routing/target.ts'
import { canReach } from '../upstream/reach.ts'
import type { Engine } from './engine.ts'
import { isCloudName, isSameModel } from './ollama-model.ts'

/** Why a target may not be asked; `allowed`: the names of models that may. */
export async function refusalOf(
  target: Target,
  engine: Engine,
  allowed: readonly string[],
): Promise<Failure | undefined> {
  const model = target.model ?? ''
  if (engine.name !== 'ollama' || allowed.some((name) => isSameModel(name, model))) return undefined
  if (isCloudName(model)) return remote(model, 'a cloud')
  const { remoteHost, isUntold } = await engine.facts(target)
  if (remoteHost !== undefined) return remote(model, remoteHost)
  // A server that is there and does not say it in time may pass it on all the same.
  return isUntold && (await canReach(target.url.origin)) ? untold : undefined
}

function remote(model: string, host: string): Failure {
  return { kind: 'remote-model', message: `The model '${model}' runs on ${host}, not on this machine.` }
}

const untold: Failure = {
  kind: 'timeout',
  phase: 'head',
  message: 'The local server did not say in time whether its model runs on this machine.',
}

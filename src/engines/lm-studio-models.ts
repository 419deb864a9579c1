/** What LM Studio says of its models: in its REST API v1, or in v0 where it is older than that (local-engines.md 2.1). */
import {
  arrayOf,
  booleanOf,
  defined,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../ir/json.ts'
import type { ListedModel } from './engine.ts'

/** A model in memory. */
export interface Instance {
  /** What a request names to be answered by it. */
  id: string
  /** v0 does not tell. */
  windowTokens?: number
  /** How many requests it answers at once. */
  slots?: number
}

export interface LmModel {
  key: string
  isChat: boolean
  instances: Instance[]
  /** It can be loaded with a window of one's choice: v1 only. */
  isLoadable: boolean
  limitTokens?: number
  sizeBytes?: number
  vision?: boolean
  /** Without that LM Studio still takes tools. */
  isTrainedForTools?: boolean
}

export function readV1(answer: JsonValue | undefined): LmModel[] | undefined {
  const models = objectOf(answer)['models']
  return Array.isArray(models) ? models.filter(isObject).map(readModel) : undefined
}

function readModel(model: JsonObject): LmModel {
  const can = objectOf(model['capabilities'])
  return {
    key: stringOf(model['key']) ?? '',
    isChat: model['type'] === 'llm' || model['type'] === 'vlm',
    instances: arrayOf(model['loaded_instances']).filter(isObject).map(readInstance),
    isLoadable: true,
    ...defined({
      limitTokens: numberOf(model['max_context_length']),
      sizeBytes: numberOf(model['size_bytes']),
      vision: booleanOf(can['vision']),
      isTrainedForTools: booleanOf(can['trained_for_tool_use']),
    }),
  }
}

function readInstance(instance: JsonObject): Instance {
  const { context_length, parallel } = objectOf(instance['config'])
  const known = defined({ windowTokens: numberOf(context_length), slots: numberOf(parallel) })
  return { id: stringOf(instance['id']) ?? '', ...known }
}

export function readV0(answer: JsonValue | undefined): LmModel[] | undefined {
  const data = objectOf(answer)['data']
  return Array.isArray(data) ? data.filter(isObject).map(readOld) : undefined
}

function readOld(model: JsonObject): LmModel {
  const id = stringOf(model['id']) ?? ''
  return {
    key: id,
    isChat: model['type'] !== 'embeddings',
    instances: model['state'] === 'loaded' ? [{ id }] : [],
    isLoadable: false,
    vision: model['type'] === 'vlm',
    isTrainedForTools: arrayOf(model['capabilities']).includes('tool_use'),
    ...defined({ limitTokens: numberOf(model['max_context_length']) }),
  }
}

export function listModel({ key, isChat, instances, sizeBytes, isTrainedForTools }: LmModel): ListedModel {
  return { name: key, isChat, isLoaded: instances.length > 0, ...defined({ sizeBytes, tools: isTrainedForTools }) }
}

/** Who answers a request that names this model: the instance of that name, or those of the model. */
export function instancesFor({ instances }: LmModel, name: string | undefined): Instance[] {
  const named = instances.filter(({ id }) => id === name)
  return named.length > 0 && instances.length > 1 && instances[0]?.id !== name ? named : instances
}

export function largestOf(instances: readonly Instance[]): Instance | undefined {
  return [...instances].sort((a, b) => (b.windowTokens ?? 0) - (a.windowTokens ?? 0))[0]
}

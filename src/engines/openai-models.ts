/** What compatible servers say of their models: `/v1/models`, each with fields of its own (local-engines.md 3.1, 3.2). */
import {
  arrayOf,
  defined,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../ir/json.ts'
import type { ListedModel } from './engine.ts'

export interface CompatibleModel {
  id: string
  /** Who made the list: `llamacpp`, `vllm`, `library` (Ollama), `docker`. */
  owner: string
  isLoaded: boolean
  isLoading: boolean
  /** The window that there is. */
  windowTokens?: number
  /** What the model was made for. */
  limitTokens?: number
  sizeBytes?: number
}

export function readModels(list: JsonValue | undefined): CompatibleModel[] | undefined {
  const data = objectOf(list)['data']
  // Ollama without a model writes null.
  if (data === null) return []
  return Array.isArray(data) ? data.filter(isObject).map(readOne) : undefined
}

function readOne(model: JsonObject): CompatibleModel {
  const meta = objectOf(model['meta'])
  const status = objectOf(model['status'])
  const state = stringOf(status['value'])
  const windowTokens = numberOf(meta['n_ctx']) ?? numberOf(model['max_model_len']) ?? argument(status, '--ctx-size')
  const limitTokens = numberOf(meta['n_ctx_train']) ?? numberOf(model['max_model_len'])
  return {
    id: stringOf(model['id']) ?? '',
    owner: stringOf(model['owned_by']) ?? '',
    isLoaded: state === undefined || state === 'loaded',
    isLoading: state === 'loading',
    ...defined({ windowTokens, limitTokens, sizeBytes: numberOf(meta['size']) }),
  }
}

/** A llama-server with several models says with which words it starts each; 0 leaves it to the model. */
function argument(status: JsonObject, name: string): number | undefined {
  const words = arrayOf(status['args'])
  const value = Number(words[words.indexOf(name) + 1])
  return words.includes(name) && value > 0 ? value : undefined
}

/** The one that a request for `name` gets: by its name, or the only one there is, as servers with one model ignore it. */
export function findModel(models: readonly CompatibleModel[], name: string | undefined): CompatibleModel | undefined {
  return models.find(({ id }) => id === name || nameOf(id) === name) ?? (models.length === 1 ? models[0] : undefined)
}

/** A llama-server of one model calls it by the path of its file, unless it was told a name. */
function nameOf(id: string): string {
  return id.endsWith('.gguf') ? id.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf('\\')) + 1) : id
}

export function listed({ id, isLoaded, sizeBytes }: CompatibleModel): ListedModel {
  return { name: nameOf(id), isChat: !/embed|rerank|whisper|\bbge\b/i.test(id), isLoaded, ...defined({ sizeBytes }) }
}

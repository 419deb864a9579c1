/** The models of a fake LM Studio, their instances, and the two REST APIs that tell of them (local-engines.md 2.1). */

import type { JsonObject } from '../../src/ir/json.ts'
import type { LmStudioModel } from './control.ts'

export interface Instance {
  id: string
  model: LmStudioModel
  contextLength: number
}

const usualModels: readonly LmStudioModel[] = [
  { key: 'qwen/qwen3.5-9b', maxContextLength: 262_144 },
  { key: 'text-embedding-nomic-embed-text-v1.5', type: 'embedding', maxContextLength: 2048 },
]

export class LmStudioShelf {
  #models: readonly LmStudioModel[] = []
  #instances: Instance[] = []

  constructor() {
    this.place(usualModels)
  }

  place(models: readonly LmStudioModel[] = usualModels): void {
    this.#models = models
    this.#instances = []
    for (const model of models) for (const window of model.loaded ?? []) this.load(model, window)
  }

  /** By its key, as loading wants it. */
  find(key: string): LmStudioModel | undefined {
    return this.#models.find((model) => model.key === key)
  }

  /** Who answers a request for this name: with one model in memory, always that one (local-engines.md 2.3). */
  answerer(name: string): Instance | undefined {
    const named = this.#instances.find(({ id }) => id === name)
    return named ?? (this.#instances.length === 1 ? this.#instances[0] : undefined)
  }

  load(model: LmStudioModel, contextLength: number): Instance {
    const same = this.#instances.filter((instance) => instance.model.key === model.key).length
    const instance = { id: same === 0 ? model.key : `${model.key}:${same + 1}`, model, contextLength }
    this.#instances.push(instance)
    return instance
  }

  v1(): JsonObject {
    return {
      models: this.#models.map((model) => ({
        type: model.type === 'embedding' ? 'embedding' : 'llm',
        publisher: 'qwen',
        key: model.key,
        display_name: model.key,
        quantization: { name: 'Q4_K_M', bits_per_weight: 4 },
        size_bytes: sizeOf(model),
        params_string: '9B',
        loaded_instances: this.#instancesOf(model).map(({ id, contextLength }) => ({
          id,
          config: { context_length: contextLength, eval_batch_size: 512, parallel: 4, flash_attention: true },
        })),
        max_context_length: model.maxContextLength,
        format: 'gguf',
        capabilities: { vision: model.type === 'vlm', trained_for_tool_use: true },
      })),
    }
  }

  v0(): JsonObject {
    return {
      object: 'list',
      data: this.#models.map((model) => ({
        id: model.key,
        object: 'model',
        type: model.type === 'embedding' ? 'embeddings' : (model.type ?? 'llm'),
        arch: 'qwen3',
        state: this.#instancesOf(model).length > 0 ? 'loaded' : 'not-loaded',
        max_context_length: model.maxContextLength,
        capabilities: ['tool_use'],
      })),
    }
  }

  compatible(): JsonObject {
    const data = this.#models.map(({ key }) => ({ id: key, object: 'model', owned_by: 'organization_owner' }))
    return { object: 'list', data }
  }

  #instancesOf(model: LmStudioModel): Instance[] {
    return this.#instances.filter((instance) => instance.model.key === model.key)
  }
}

function sizeOf({ sizeBytes = 400_000_000 }: LmStudioModel): number {
  return sizeBytes
}

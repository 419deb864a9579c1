/** The models a fake Ollama has, what is loaded, and the endpoints that tell of it (local-engines.md 1.4, 1.5). */

import { createHash } from 'node:crypto'
import { booleanOf, type JsonObject, numberOf, objectOf } from '../../src/ir/json.ts'
import type { LocalModel, OllamaSettings } from './control.ts'
import type { LoadEvent } from './journal.ts'
import { countByLength, countByVocabulary, type CountPrompt } from './ollama-count.ts'

const defaultModels: readonly LocalModel[] = [
  { name: 'qwen2.5:3b', contextLength: 32_768, capabilities: ['completion', 'tools'] },
  { name: 'qwen3:8b', contextLength: 40_960, capabilities: ['completion', 'tools', 'thinking'] },
  { name: 'qwen3-vl:8b', contextLength: 262_144, capabilities: ['completion', 'tools', 'thinking', 'vision'] },
  { name: 'gemma3:4b', contextLength: 131_072, capabilities: ['completion', 'vision'] },
  { name: 'qwen2.5-coder:1.5b', contextLength: 32_768, capabilities: ['completion', 'insert'] },
  { name: 'nomic-embed-text:latest', contextLength: 2048, capabilities: ['embedding'] },
]

/** Any of these loads the model anew when it differs from what is loaded (local-engines.md 1.6, Reloads). */
const loadOptions = ['num_batch', 'num_gpu', 'main_gpu', 'use_mmap', 'num_thread', 'draft_num_predict']

/** Without a GPU Ollama opens a model with this window, whatever the model could do (local-engines.md 1.5). */
const cpuDefaultNumCtx = 4096

interface Loaded {
  model: LocalModel
  numCtx: number
  key: string
}

export class ModelShelf {
  #settings: OllamaSettings = {}
  readonly #loaded = new Map<string, Loaded>()
  readonly #counters = new Map<string, CountPrompt>()

  configure(settings: OllamaSettings): void {
    this.#settings = { ...this.#settings, ...settings }
  }

  reset(): void {
    this.#settings = {}
    this.#loaded.clear()
    this.#counters.clear()
  }

  get version(): string {
    return this.#settings.version ?? '0.33.0'
  }

  find(name: string): LocalModel | undefined {
    const full = name.includes(':') ? name : `${name}:latest`
    return this.#models().find((model) => model.name === full)
  }

  /** The window a request opens: its own wish, the Modelfile, the default; never more than the model has. */
  numCtx(model: LocalModel, options: JsonObject): number {
    const modelfile = model.parameters?.['num_ctx']
    const fallback = modelfile === undefined ? (this.#settings.defaultNumCtx ?? cpuDefaultNumCtx) : Number(modelfile)
    return Math.min(numberOf(options['num_ctx']) ?? fallback, model.contextLength)
  }

  /** Brings the model into memory; the event when that took a load. */
  load(model: LocalModel, body: JsonObject): LoadEvent | undefined {
    const { key, numCtx, shift } = this.#wanted(model, body)
    const before = this.#loaded.get(model.name)
    if (before?.key === key) return undefined
    this.#loaded.set(model.name, { model, numCtx, key })
    return { model: model.name, numCtx, shift, reload: before !== undefined }
  }

  needsLoad(model: LocalModel, body: JsonObject): boolean {
    return this.#loaded.get(model.name)?.key !== this.#wanted(model, body).key
  }

  counterOf({ name, vocabulary }: LocalModel): CountPrompt {
    if (!vocabulary) return countByLength
    const count = this.#counters.get(name) ?? countByVocabulary(vocabulary)
    this.#counters.set(name, count)
    return count
  }

  inRegistry(name: string): LocalModel | undefined {
    return [...(this.#settings.registry ?? []), ...this.#models()].find((model) => model.name === name)
  }

  pulled(model: LocalModel): void {
    const others = this.#models().filter(({ name }) => name !== model.name)
    this.#settings = { ...this.#settings, models: [...others, model] }
  }

  unload(model: LocalModel): void {
    this.#loaded.delete(model.name)
  }

  tags(): JsonObject {
    return { models: this.#models().map((model) => ({ ...summary(model), modified_at: '2026-11-01T08:00:00Z' })) }
  }

  running(): JsonObject {
    const models = [...this.#loaded.values()].map(({ model, numCtx }) => ({
      ...summary(model),
      expires_at: '2026-11-22T23:00:00Z',
      size_vram: 0,
      context_length: numCtx,
    }))
    return { models }
  }

  show(model: LocalModel, isVerbose: boolean): JsonObject {
    const parameters = Object.entries(model.parameters ?? {}).map(([name, value]) => `${name.padEnd(31)}${value}`)
    const architecture = family(model)
    const shown: JsonObject = {
      license: 'Apache License 2.0',
      template:
        '{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n',
      details: details(model),
      model_info: {
        'general.architecture': architecture,
        'general.parameter_count': 3_085_938_688,
        [`${architecture}.block_count`]: 36,
        [`${architecture}.attention.head_count`]: 16,
        [`${architecture}.attention.head_count_kv`]: 2,
        [`${architecture}.context_length`]: model.contextLength,
        [`${architecture}.embedding_length`]: 2048,
        ...(isVerbose ? model.vocabulary : withoutArrays(model.vocabulary)),
      },
      capabilities: model.capabilities,
      modified_at: '2026-11-01T08:00:00Z',
    }
    if (parameters.length > 0) shown['parameters'] = parameters.join('\n')
    return { ...shown, ...remote(model) }
  }

  #wanted(model: LocalModel, body: JsonObject): { key: string; numCtx: number; shift: boolean } {
    const options = objectOf(body['options'])
    const shift = booleanOf(body['shift']) ?? true
    const numCtx = this.numCtx(model, options)
    return { key: JSON.stringify([numCtx, shift, ...loadOptions.map((name) => options[name] ?? null)]), numCtx, shift }
  }

  #models(): readonly LocalModel[] {
    return this.#settings.models ?? defaultModels
  }
}

/** Whatever is longer than five is emptied (ollama: server/routes.go, `getModelData`). */
function withoutArrays(vocabulary: JsonObject = {}): JsonObject {
  const short = Object.entries(vocabulary).map(([key, value]) => [
    key,
    Array.isArray(value) && value.length > 5 ? [] : value,
  ])
  return Object.fromEntries(short)
}

function family(model: LocalModel): string {
  return /^[a-z]+\d*/.exec(model.name)?.[0] ?? 'llama'
}

function details(model: LocalModel): JsonObject {
  return {
    parent_model: '',
    format: 'gguf',
    family: family(model),
    families: [family(model)],
    parameter_size: '3.1B',
    quantization_level: 'Q4_K_M',
  }
}

function summary(model: LocalModel): JsonObject {
  return {
    name: model.name,
    model: model.name,
    size: 1_929_912_432,
    digest: createHash('sha256').update(model.name).digest('hex'),
    details: details(model),
    ...remote(model),
  }
}

function remote(model: LocalModel): JsonObject {
  if (model.remoteHost === undefined) return {}
  return { remote_host: model.remoteHost, remote_model: model.name.replace(/[:-]cloud$/, '') }
}

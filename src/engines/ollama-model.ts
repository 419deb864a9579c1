/** What Ollama says of its models (local-engines.md 1.4). */
import type { Thinking } from '../dialects/ollama/think.ts'
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
import type { Capabilities, ListedModel, ModelFacts } from './engine.ts'
import { cacheBytesPerToken } from './memory.ts'

const allSkills: Capabilities = { tools: true, vision: true }

/** What `/api/show` tells. */
export interface OllamaModel {
  facts: ModelFacts
  /** The Modelfile's `num_ctx`. */
  ownWindow?: number
  bytesPerToken?: number
}

export const nothingKnown: OllamaModel = { facts: { can: allSkills } }

/** The training context is `model_info["<architecture>.context_length"]`. */
export function readModel(shown: JsonObject): OllamaModel {
  const info = objectOf(shown['model_info'])
  const architecture = stringOf(info['general.architecture']) ?? ''
  const limitTokens = numberOf(info[`${architecture}.context_length`])
  const facts = {
    can: skillsOf(shown, architecture),
    ...defined({ limitTokens, remoteHost: stringOf(shown['remote_host']) }),
  }
  const ownWindow = Number(/^num_ctx\s+(\d+)$/m.exec(stringOf(shown['parameters']) ?? '')?.[1])
  return { facts, ...(ownWindow > 0 && { ownWindow }), ...defined({ bytesPerToken: cacheBytesPerToken(info) }) }
}

function skillsOf(shown: JsonObject, architecture: string): Capabilities {
  const words = shown['capabilities']
  if (!Array.isArray(words)) return allSkills
  return {
    tools: words.includes('tools'),
    vision: words.includes('vision'),
    thinking: words.includes('thinking') ? waysToThink(architecture) : 'never',
  }
}

/** gpt-oss takes levels, and cannot be told not to think at all (local-engines.md 1.1). */
function waysToThink(architecture: string): Thinking {
  return architecture.startsWith('gptoss') || architecture.startsWith('gpt-oss') ? 'by-level' : 'on-off'
}

/** The first version that knows `truncate` and `shift` (ollama#12582, merged on 11 October 2025). */
export const truncateVersion = '0.12.6'

/** An older one passes over both fields; one that was built by hand calls itself 0.0.0. */
export function isBeforeTruncate(version: string): boolean {
  const [major, minor, patch] = numbersOf(version)
  const [firstMajor, firstMinor, firstPatch] = numbersOf(truncateVersion)
  if (major + minor + patch === 0) return false
  if (major !== firstMajor) return major < firstMajor
  return minor === firstMinor ? patch < firstPatch : minor < firstMinor
}

/** Zeros where it is none. */
function numbersOf(version: string): [major: number, minor: number, patch: number] {
  const [, major = 0, minor = 0, patch = 0] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []
  return [Number(major), Number(minor), Number(patch)]
}

/** A model in memory, as `/api/ps` has it. */
export interface RunningModel {
  name: string
  sizeBytes: number
  /** Old versions do not tell. */
  windowTokens?: number
}

export function readRunning(ps: JsonValue | undefined): RunningModel[] | undefined {
  const models = objectOf(ps)['models']
  // Nothing runs: some versions write null.
  if (models === null) return []
  if (!Array.isArray(models)) return undefined
  return models.filter(isObject).map((model) => ({
    name: nameOf(model),
    sizeBytes: numberOf(model['size']) ?? 0,
    ...defined({ windowTokens: numberOf(model['context_length']) }),
  }))
}

export function readTags(tags: JsonValue | undefined, running: readonly RunningModel[]): ListedModel[] | undefined {
  if (!isObject(tags)) return undefined
  return arrayOf(tags['models'])
    .filter(isObject)
    .map((model) => {
      const words = model['capabilities']
      const told = Array.isArray(words)
      return {
        name: nameOf(model),
        isChat: told ? words.includes('completion') : !/embed|\bbge\b|minilm/i.test(nameOf(model)),
        isLoaded: running.some(({ name }) => isSameModel(name, nameOf(model))),
        ...(told && { tools: words.includes('tools') }),
        ...defined({ sizeBytes: numberOf(model['size']), remoteHost: stringOf(model['remote_host']) }),
      }
    })
}

function nameOf(model: JsonObject): string {
  return stringOf(model['name']) ?? stringOf(model['model']) ?? ''
}

/** A name without a tag means the tag `latest`. */
export function isSameModel(a: string, b: string): boolean {
  return withTag(a) === withTag(b)
}

function withTag(name: string): string {
  return name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`
}

/** Names that Ollama serves from its vendor's cloud: `x:cloud` and `x:tag-cloud` (local-engines.md 1.9). */
export function isCloudName(name: string): boolean {
  return /:(?:[^/:]+-)?cloud$/i.test(name)
}

/**
 * Ollama: its default window is 4,096 tokens below 24 GiB of VRAM, and what does not fit is cut in silence
 * (local-engines.md 1.5, 1.6). So the window is always asked for, and cutting is always forbidden.
 */
import { thinkOf, type Thinking } from '../dialects/ollama/think.ts'
import type { Failure } from '../ir/failure.ts'
import {
  compact,
  defined,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import { fetchJson } from '../upstream/fetch-json.ts'
import type { Pools } from '../upstream/pools.ts'
import type { Capabilities, Engine, ModelFacts } from './engine.ts'

const smallestWindow = 4096
const keepAlive = '30m'

const allSkills: Capabilities = { tools: true, vision: true }
const nothingKnown: ModelFacts = { can: allSkills }

/** What is known of a model. `window` only grows: every change of it reloads the model (local-engines.md 1.6). */
interface Known {
  facts: ModelFacts
  window: number
}

export function createOllamaEngine(pools: Pools): Engine {
  const models = new Map<string, Known>()
  const knownOf = (target: Target): Known => {
    const key = `${target.url.text} ${target.model ?? ''}`
    const known = models.get(key) ?? { facts: nothingKnown, window: 0 }
    models.set(key, known)
    return known
  }
  const factsOf = async (target: Target): Promise<ModelFacts> => {
    const known = knownOf(target)
    // A limit that could not be learnt is asked for again.
    if (known.facts.limitTokens === undefined) known.facts = await readModel(pools, target)
    return known.facts
  }
  return {
    name: 'ollama',
    facts: factsOf,
    windowFor: async (neededTokens, target) => {
      const { limitTokens } = await factsOf(target)
      const known = knownOf(target)
      const enough = Math.min(stepTo(neededTokens), limitTokens ?? Number.POSITIVE_INFINITY)
      known.window = Math.max(known.window, enough)
      return known.window
    },
    dress: (request, windowTokens, target) => {
      const { can } = knownOf(target).facts
      return Promise.resolve(withOptions(request, windowTokens, thinkOf(request.reasoning, can.thinking)))
    },
    remedy,
  }
}

function remedy(failure: Failure, target: Target): string | undefined {
  if (failure.kind === 'unknown-model') return `run: ollama pull ${target.model ?? ''}`
  if (failure.kind === 'network' && failure.problem === 'refused')
    return 'is Ollama running? start it with: ollama serve'
  if (failure.kind === 'too-long')
    return "the conversation is longer than this model's own limit; set FALLBACK_MODEL to one with a longer context"
  if (failure.kind === 'server-error' && /memory/i.test(failure.message))
    return 'the model needs more memory than this machine has free; set FALLBACK_MODEL to a smaller one'
  return undefined
}

/** Doubling steps, so that a growing conversation reloads the model seldom. */
function stepTo(tokens: number): number {
  let window = smallestWindow
  while (window < tokens) window *= 2
  return window
}

/** The training context is `model_info["<architecture>.context_length"]` (local-engines.md 1.4). */
async function readModel(pools: Pools, target: Target): Promise<ModelFacts> {
  const answer = await fetchJson(pools, target, '/api/show', { model: target.model ?? '' })
  if (!isObject(answer)) return nothingKnown
  const info = objectOf(answer['model_info'])
  const architecture = stringOf(info['general.architecture']) ?? ''
  const limitTokens = numberOf(info[`${architecture}.context_length`])
  return { can: skillsOf(answer, architecture), ...defined({ limitTokens }) }
}

function skillsOf(answer: JsonObject, architecture: string): Capabilities {
  const words = answer['capabilities']
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

function withOptions(
  request: ChatRequest,
  windowTokens: number | undefined,
  think: JsonValue | undefined,
): ChatRequest {
  // An app that speaks Ollama itself may have wishes of its own; the window is not among them, as every change of it reloads the model.
  const own = objectOf(request.extras.ollama)
  const options = compact({ ...objectOf(own['options']), num_ctx: windowTokens })
  const fixed: JsonObject = { truncate: false, shift: false, keep_alive: own['keep_alive'] ?? keepAlive, options }
  return { ...request, extras: { ...request.extras, ollama: compact({ ...own, ...fixed, think }) } }
}

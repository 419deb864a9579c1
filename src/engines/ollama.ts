/**
 * Ollama: its default window is 4,096 tokens below 24 GiB of VRAM, and what does not fit is cut in silence
 * (local-engines.md 1.5, 1.6). So the window is always asked for, and cutting is always forbidden.
 */
import { countTokens } from '../context/count.ts'
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
import { thinkOf, type Thinking } from '../dialects/ollama/think.ts'
import type { Target } from '../routing/target.ts'
import type { Pools } from '../upstream/pools.ts'
import { fetchJson } from '../upstream/fetch-json.ts'
import type { Capabilities, Engine } from './engine.ts'

/** Room for an answer whose length the client left open. */
const usualAnswerTokens = 2048
/** Agents ask for 32,000 tokens and more whatever they need (real-clients.md 2): reserving all of it would fill the memory instead. */
const largestAnswerTokens = 16_384
const smallestWindow = 4096
const keepAlive = '30m'
/** A corrected estimate keeps a little above what was measured. */
const spare = 1.02

interface Skills extends Capabilities {
  thinking: Thinking
}

const allSkills: Capabilities = { tools: true, vision: true }

/** What is known of a model. `window` only grows: every change of it reloads the model (local-engines.md 1.6). */
interface ModelFacts {
  /** The model's own limit, once known. */
  limit?: number
  /** What it can do, once known (local-engines.md 1.4). */
  skills?: Skills
  window: number
  /** What real prompts measured against the estimate, as the engine said when one did not fit. */
  correction: number
}

export function createOllamaEngine(pools: Pools): Engine {
  const models = new Map<string, ModelFacts>()

  const factsOf = async (target: Target): Promise<ModelFacts> => {
    const key = keyOf(target)
    const known = models.get(key) ?? { window: 0, correction: 1 }
    models.set(key, known)
    if (known.limit === undefined) Object.assign(known, await readModel(pools, target))
    return known
  }

  return {
    capabilities: async (target) => (await factsOf(target)).skills ?? allSkills,

    prepare: async (request, target) => {
      const facts = await factsOf(target)
      const room = Math.min(request.sampling.maxOutputTokens ?? usualAnswerTokens, largestAnswerTokens)
      const needed = Math.ceil(countTokens(request) * facts.correction) + room
      facts.window = Math.max(facts.window, Math.min(windowFor(needed), facts.limit ?? Number.POSITIVE_INFINITY))
      return withOptions(request, facts.window, thinkOf(request.reasoning, facts.skills?.thinking))
    },

    learn: ({ promptTokens }, request, target) => {
      const facts = models.get(keyOf(target))
      if (!facts || promptTokens === undefined || promptTokens >= (facts.limit ?? Number.POSITIVE_INFINITY))
        return false
      const measured = (promptTokens / countTokens(request)) * spare
      if (measured <= facts.correction) return false
      facts.correction = measured
      return true
    },

    remedy: (failure, target) => {
      if (failure.kind === 'unknown-model') return `run: ollama pull ${target.model ?? ''}`
      if (failure.kind === 'network' && failure.problem === 'refused')
        return 'is Ollama running? start it with: ollama serve'
      if (failure.kind === 'too-long')
        return "the conversation is longer than this model's own limit; set FALLBACK_MODEL to one with a longer context"
      if (failure.kind === 'server-error' && /memory/i.test(failure.message)) {
        return 'the model needs more memory than this machine has free; set FALLBACK_MODEL to a smaller one'
      }
      return undefined
    },
  }
}

function keyOf(target: Target): string {
  return `${target.url.text} ${target.model ?? ''}`
}

/** Doubling steps, so that a growing conversation reloads the model seldom. */
function windowFor(tokens: number): number {
  let window = smallestWindow
  while (window < tokens) window *= 2
  return window
}

/** The training context is `model_info["<architecture>.context_length"]` (local-engines.md 1.4). */
async function readModel(pools: Pools, target: Target): Promise<Pick<ModelFacts, 'limit' | 'skills'>> {
  const answer = await fetchJson(pools, target, '/api/show', { model: target.model ?? '' })
  if (!isObject(answer)) return {}
  const info = objectOf(answer['model_info'])
  const architecture = stringOf(info['general.architecture']) ?? ''
  return defined({ limit: numberOf(info[`${architecture}.context_length`]), skills: skillsOf(answer, architecture) })
}

function skillsOf(answer: JsonObject, architecture: string): Skills | undefined {
  const words = answer['capabilities']
  if (!Array.isArray(words)) return undefined
  const thinks = words.includes('thinking')
  // gpt-oss takes levels, and cannot be told not to think at all (local-engines.md 1.1).
  const thinking = architecture.startsWith('gptoss') || architecture.startsWith('gpt-oss') ? 'by-level' : 'on-off'
  return { tools: words.includes('tools'), vision: words.includes('vision'), thinking: thinks ? thinking : 'never' }
}

function withOptions(request: ChatRequest, window: number, think: JsonValue | undefined): ChatRequest {
  // An app that speaks Ollama itself may have wishes of its own; the window is not among them, as every change of it reloads the model.
  const own = objectOf(request.extras.ollama)
  const options = { ...objectOf(own['options']), num_ctx: window }
  const fixed: JsonObject = { truncate: false, shift: false, keep_alive: own['keep_alive'] ?? keepAlive, options }
  return { ...request, extras: { ...request.extras, ollama: compact({ ...own, ...fixed, think }) } }
}

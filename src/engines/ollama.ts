/**
 * Ollama: its default window is 4,096 tokens below 24 GiB of VRAM, and what does not fit is cut in silence
 * (local-engines.md 1.5, 1.6). So the window is always asked for, and cutting is always forbidden.
 */
import { countTokens } from '../context/count.ts'
import { isObject, numberOf, objectOf, stringOf, type JsonObject } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import type { Pools } from '../upstream/pools.ts'
import { fetchJson } from '../upstream/fetch-json.ts'
import type { Engine } from './engine.ts'

/** Room for an answer whose length the client left open. */
const usualAnswerTokens = 2048
/** Agents ask for 32,000 tokens and more whatever they need (real-clients.md 2): reserving all of it would fill the memory instead. */
const largestAnswerTokens = 16_384
const smallestWindow = 4096
const keepAlive = '30m'
/** A corrected estimate keeps a little above what was measured. */
const spare = 1.02

/** What is known of a model. `window` only grows: every change of it reloads the model (local-engines.md 1.6). */
interface ModelFacts {
  /** The model's own limit, once known. */
  limit?: number
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
    if (known.limit === undefined) {
      const limit = await readLimit(pools, target)
      if (limit !== undefined) known.limit = limit
    }
    return known
  }

  return {
    prepare: async (request, target) => {
      const facts = await factsOf(target)
      const room = Math.min(request.sampling.maxOutputTokens ?? usualAnswerTokens, largestAnswerTokens)
      const needed = Math.ceil(countTokens(request) * facts.correction) + room
      facts.window = Math.max(facts.window, Math.min(windowFor(needed), facts.limit ?? Number.POSITIVE_INFINITY))
      return withOptions(request, facts.window)
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

/** The training context: `model_info["<architecture>.context_length"]` (local-engines.md 1.4). */
async function readLimit(pools: Pools, target: Target): Promise<number | undefined> {
  const answer = await fetchJson(pools, target, '/api/show', { model: target.model ?? '' })
  if (!isObject(answer)) return undefined
  const info: JsonObject = objectOf(answer['model_info'])
  return numberOf(info[`${stringOf(info['general.architecture']) ?? ''}.context_length`])
}

function withOptions(request: ChatRequest, window: number): ChatRequest {
  const ollama: JsonObject = { truncate: false, shift: false, keep_alive: keepAlive, options: { num_ctx: window } }
  return { ...request, extras: { ...request.extras, ollama } }
}

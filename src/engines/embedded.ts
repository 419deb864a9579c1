/** A model inside Trooper (src/embedded): it speaks Ollama's API, counts exactly, and goes on with a last message of its own. */
import type { Failure } from '../ir/failure.ts'
import { numberOf, objectOf } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import type { ModelFacts } from './engine.ts'
import { ask, type Kit } from './kit.ts'
import { OllamaEngine } from './ollama.ts'
import { encodeFor } from './own-request.ts'

export class EmbeddedEngine extends OllamaEngine {
  override readonly name = 'embedded'
  /** Its process is ours and will answer: it may only just have started. */
  protected override readonly patienceMs = 60_000
  readonly #kit: Kit

  constructor(kit: Kit) {
    super(kit)
    this.#kit = kit
  }

  override async facts(target: Target): Promise<ModelFacts> {
    const facts = await super.facts(target)
    return { ...facts, can: { ...facts.can, vision: false, prefill: 'goes-on' } }
  }

  override async count(request: ChatRequest, target: Target): Promise<number | undefined> {
    const answer = await ask(this.#kit, target, '/api/count', encodeFor('ollama', request))
    return answer?.status === 200 ? numberOf(objectOf(answer.json)['n_prompt_tokens']) : undefined
  }

  /** It is as old as this Trooper. */
  override cutsInSilence(): Promise<boolean> {
    return Promise.resolve(false)
  }

  override remedy(failure: Failure, target: Target): string | undefined {
    if (failure.kind === 'network' && failure.problem === 'refused')
      return 'its process ended several times and is started again after a pause; the log says why it ended'
    if (failure.kind === 'too-long')
      return "the conversation is longer than this model's own limit; set FALLBACK_URL to one with a longer context"
    if (failure.kind !== 'server-error') return undefined
    if (/memory/i.test(failure.message))
      return 'the model needs more memory than this machine has free; set FALLBACK_URL to a smaller one, or CONTEXT_MAX'
    // Its own words (src/embedded/child) say what is missing, and nothing of what was asked.
    return /^the model |^node-llama-cpp /.test(failure.message) ? failure.message : super.remedy(failure, target)
  }
}

/**
 * llama.cpp's own server (local-engines.md 3.1): it tells what its template can do, counts exactly, and goes on with a last message of
 * the assistant, which it says once more first (seen of b10434). Started without a model it serves several, and loads each when it is asked for.
 */
import { numberOf, objectOf, type JsonObject } from '../ir/json.ts'
import type { ChatRequest, DialectName } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import type { Capabilities, LoadState, ModelFacts } from './engine.ts'
import { ask, loadMs, stateKeepMs, type Kit } from './kit.ts'
import { CompatibleEngine } from './openai-compatible.ts'
import { encodeFor } from './own-request.ts'
import { createRecall, type Recall } from './recall.ts'

/** Each counts the requests of its own dialect, template and tools included. */
const counters: { readonly [D in DialectName]: string | undefined } = {
  anthropic: '/v1/messages/count_tokens',
  'openai-chat': '/v1/chat/completions/input_tokens',
  'openai-responses': '/v1/responses/input_tokens',
  ollama: undefined,
}

const pollMs = 500

export class LlamaServer extends CompatibleEngine {
  override readonly name = 'llama-server'
  readonly #props: Recall<JsonObject>

  constructor(kit: Kit) {
    super(kit)
    this.#props = createRecall(kit.clock, stateKeepMs)
  }

  override async facts(target: Target): Promise<ModelFacts> {
    const [facts, props] = await Promise.all([super.facts(target), this.#askProps(target)])
    return { ...facts, can: skillsOf(props) }
  }

  override async state(target: Target): Promise<LoadState> {
    const health = await ask(this.kit, target, '/health')
    if (!health) return { is: 'unreachable' }
    return health.status === 503 ? { is: 'loading' } : super.state(target)
  }

  override async count(request: ChatRequest, target: Target): Promise<number | undefined> {
    const path = counters[target.dialect]
    if (path === undefined) return undefined
    const answer = await ask(this.kit, target, path, encodeFor(target.dialect, request))
    return answer?.status === 200 ? numberOf(objectOf(answer.json)['input_tokens']) : undefined
  }

  override async warm(
    target: Target,
    windowTokens: number | undefined,
    prefix?: ChatRequest,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if ((await this.state(target)).is === 'unloaded')
      await ask(this.kit, target, '/models/load', { model: target.model ?? '' }, loadMs, signal)
    return (await this.#isReady(target, signal)) && super.warm(target, windowTokens, prefix, signal)
  }

  override async slots(target: Target): Promise<number> {
    return numberOf((await this.#askProps(target))['total_slots']) ?? 1
  }

  async #isReady(target: Target, signal: AbortSignal | undefined): Promise<boolean> {
    const { clock } = this.kit
    for (const sinceMs = clock.now(); clock.now() - sinceMs < loadMs;) {
      if (signal?.aborted) return false
      this.forget(target)
      const { is } = await this.state(target)
      if (is !== 'loading') return is === 'loaded'
      await new Promise<void>((resolve) => void clock.after(pollMs, resolve))
    }
    return false
  }

  /** Asked for without loading anything; a server of one model does not read the query. */
  async #askProps(target: Target): Promise<JsonObject> {
    const path = `/props?model=${encodeURIComponent(target.model ?? '')}&autoload=false`
    const props = await this.#props.get(`${target.url.origin} ${target.model ?? ''}`, async () => {
      const answer = await ask(this.kit, target, path)
      return answer?.status === 200 ? objectOf(answer.json) : undefined
    })
    return props ?? {}
  }
}

function skillsOf(props: JsonObject): Capabilities {
  const { vision } = objectOf(props['modalities'])
  const { supports_tools: tools, supports_tool_calls: calls } = objectOf(props['chat_template_caps'])
  return { tools: tools !== false || calls !== false, vision: vision !== false, prefill: 'repeats-it-first' }
}

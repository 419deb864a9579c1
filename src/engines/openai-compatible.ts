/**
 * Any server with OpenAI's endpoints (Jan, LocalAI, mistral.rs, KoboldCpp, …), and what those that are known better have in common: their
 * window was chosen when they were started and cannot be set by a request (local-engines.md 2.2, 3.1, 3.2).
 */
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import type { Place } from '../upstream/fetch-json.ts'
import type { Capabilities, Engine, EngineName, ListedModel, LoadState, ModelFacts, Need } from './engine.ts'
import { ask, loadMs, rootOf, stateKeepMs, type Kit } from './kit.ts'
import { findModel, listed, readModels, type CompatibleModel } from './openai-models.ts'
import { encodeFor, onlyPrefix } from './own-request.ts'
import { createRecall, type Recall } from './recall.ts'

const allSkills: Capabilities = { tools: true, vision: true }

export class CompatibleEngine implements Engine {
  readonly name: EngineName = 'openai-compatible'
  protected readonly kit: Kit
  readonly #lists: Recall<CompatibleModel[]>

  constructor(kit: Kit) {
    this.kit = kit
    this.#lists = createRecall(kit.clock, stateKeepMs)
  }

  async models(place: Place): Promise<ListedModel[] | undefined> {
    return (await this.list(place))?.map(listed)
  }

  async facts(target: Target): Promise<ModelFacts> {
    const limitTokens = (await this.find(target))?.limitTokens
    return { can: allSkills, ...(limitTokens !== undefined && { limitTokens }) }
  }

  async state(target: Target): Promise<LoadState> {
    const models = await this.list(target)
    if (!models) return { is: 'unreachable' }
    const model = findModel(models, target.model)
    if (!model) return { is: 'unknown' }
    if (model.isLoading) return { is: 'loading' }
    if (!model.isLoaded) return { is: 'unloaded' }
    return model.windowTokens === undefined ? { is: 'unknown' } : { is: 'loaded', windowTokens: model.windowTokens }
  }

  async windowFor(_need: Need, target: Target): Promise<number | undefined> {
    return (await this.find(target))?.windowTokens
  }

  count(_request: ChatRequest, _target: Target): Promise<number | undefined> {
    return Promise.resolve(undefined)
  }

  cutsInSilence(_target: Target): Promise<boolean> {
    return Promise.resolve(false)
  }

  dress(request: ChatRequest, _windowTokens: number | undefined, _target: Target): Promise<ChatRequest> {
    return Promise.resolve(request)
  }

  /** Without a conversation to read there is nothing to do where models are in memory from the start. */
  async warm(
    target: Target,
    windowTokens: number | undefined,
    prefix?: ChatRequest,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (!prefix) return (await this.state(target)).is !== 'unreachable'
    const dressed = await this.dress(onlyPrefix(prefix, target), windowTokens, target)
    const body = encodeFor('openai-chat', dressed)
    return (await ask(this.kit, target, `${this.base}/chat/completions`, body, loadMs, signal))?.status === 200
  }

  /** Such servers batch, and do not say how many fit into a batch. */
  slots(_target: Target): Promise<number> {
    return Promise.resolve(8)
  }

  doubt(_failure: Failure, target: Target): boolean {
    this.forget(target)
    return false
  }

  remedy(failure: Failure, target: Target): string | undefined {
    if (failure.kind === 'network' && failure.problem === 'refused')
      return `is the local server at ${target.url.origin} running?`
    if (failure.kind === 'unknown-model')
      return `load the model '${target.model ?? ''}' in the local server, or correct FALLBACK_MODEL`
    if (failure.kind === 'too-long') return 'start the local server with a longer context'
    return undefined
  }

  /** Where its compatible endpoints begin, behind the root. */
  protected get base(): string {
    return '/v1'
  }

  protected list(place: Place): Promise<CompatibleModel[] | undefined> {
    return this.#lists.get(keyOf(place), async () =>
      readModels((await ask(this.kit, place, `${this.base}/models`))?.json),
    )
  }

  protected async find(target: Target): Promise<CompatibleModel | undefined> {
    return findModel((await this.list(target)) ?? [], target.model)
  }

  protected forget(place: Place): void {
    this.#lists.forget(keyOf(place))
  }
}

function keyOf({ url }: Place): string {
  return url.origin + rootOf(url)
}

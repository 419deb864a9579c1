/**
 * LM Studio (local-engines.md 2): a window is chosen when a model is loaded, never by a request, and by default it is 4,096 tokens
 * whatever the model could do. So Trooper loads a model that is not in memory itself, once, with as long a window as memory allows; one
 * that somebody loaded with too small a window stays as it is, for whoever uses it, and gets a second instance beside it where memory
 * allows that.
 */
import { defined, numberOf, objectOf, stringOf } from '../ir/json.ts'
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import type { Place } from '../upstream/fetch-json.ts'
import { tokensOf, type ListedModel, type LoadState, type ModelFacts, type Need } from './engine.ts'
import { ask, loadMs, rootOf, stateKeepMs, type Kit } from './kit.ts'
import { instancesFor, largestOf, listModel, readV0, readV1, type Instance, type LmModel } from './lm-studio-models.ts'
import { cacheRoom, guessCacheBytes } from './memory.ts'
import { CompatibleEngine } from './openai-compatible.ts'
import { createRecall, type Recall } from './recall.ts'
import { agentWindow, mostTokens, stepFor } from './window.ts'

/** `parallel` of a model that is loaded without a word about it (local-engines.md 2.1). */
const usualSlots = 4

export class LmStudio extends CompatibleEngine {
  override readonly name = 'lm-studio'
  readonly #lists: Recall<LmModel[]>
  readonly #loads = new Map<string, Promise<Instance | undefined>>()
  /** What was loaded here, by its model: nobody else unloads it, so there is never more than one. */
  readonly #own = new Map<string, string>()
  /** Models that could not be loaded with a longer window: said once. */
  readonly #refused = new Set<string>()

  constructor(kit: Kit) {
    super(kit)
    this.#lists = createRecall(kit.clock, stateKeepMs)
  }

  override async models(place: Place): Promise<ListedModel[] | undefined> {
    return (await this.#list(place))?.map(listModel)
  }

  override async facts(target: Target): Promise<ModelFacts> {
    const model = await this.#find(target)
    return { can: { tools: true, vision: model?.vision ?? true }, ...defined({ limitTokens: model?.limitTokens }) }
  }

  override async state(target: Target): Promise<LoadState> {
    const list = await this.#list(target)
    if (!list) return { is: 'unreachable' }
    if (this.#loads.has(keyOf(target))) return { is: 'loading' }
    const model = await this.#find(target)
    if (!model) return { is: 'unknown' }
    const instance = largestOf(instancesFor(model, target.model))
    return instance ? { is: 'loaded', ...defined({ windowTokens: instance.windowTokens }) } : { is: 'unloaded' }
  }

  override async windowFor(need: Need, target: Target): Promise<number | undefined> {
    const model = await this.#find(target)
    if (!model) return undefined
    const neededTokens = await tokensOf(need)
    const instance = largestOf(instancesFor(model, target.model))
    const suffices = instance !== undefined && (instance.windowTokens ?? neededTokens) >= neededTokens
    if (suffices || !model.isLoadable || this.#isOwnThere(model, target)) return instance?.windowTokens
    const window = this.#longestFor(neededTokens, model, target)
    if (window <= (instance?.windowTokens ?? 0)) return instance?.windowTokens
    return (await this.#load(model, window, target))?.windowTokens ?? instance?.windowTokens
  }

  override async dress(request: ChatRequest, _windowTokens: number | undefined, target: Target): Promise<ChatRequest> {
    const model = await this.#find(target)
    const instance = model && largestOf(instancesFor(model, target.model))
    return instance ? { ...request, model: instance.id } : request
  }

  override async warm(
    target: Target,
    windowTokens: number | undefined,
    prefix?: ChatRequest,
    signal?: AbortSignal,
  ): Promise<boolean> {
    await this.windowFor(windowTokens ?? 0, target)
    const { is } = await this.state(target)
    return is === 'loaded' && super.warm(target, windowTokens, prefix, signal)
  }

  override async slots(target: Target): Promise<number> {
    const model = await this.#find(target)
    return (model && largestOf(instancesFor(model, target.model)))?.slots ?? usualSlots
  }

  override doubt(failure: Failure, target: Target): boolean {
    this.#lists.forget(placeKey(target))
    if (failure.kind === 'network') this.#refused.delete(keyOf(target))
    return super.doubt(failure, target)
  }

  override remedy(failure: Failure, target: Target): string | undefined {
    if (failure.kind === 'network' && failure.problem === 'refused')
      return 'is LM Studio’s server running? start it with: lms server start'
    if (failure.kind === 'bad-key') return 'LM Studio wants one of its API tokens: set FALLBACK_API_KEY'
    if (failure.kind === 'too-long') return 'load the model with a longer context in LM Studio, or set CONTEXT_MAX'
    return super.remedy(failure, target)
  }

  #isOwnThere({ instances }: LmModel, target: Target): boolean {
    const own = this.#own.get(keyOf(target))
    return own !== undefined && instances.some(({ id }) => id === own)
  }

  /** In one step, as it is loaded only once: half of the room for its cache, or what is needed and fits. */
  #longestFor(neededTokens: number, { sizeBytes, limitTokens }: LmModel, target: Target): number {
    const { machine, contextMax } = this.kit
    const weightBytes = sizeBytes ?? 0
    const bytesPerToken = guessCacheBytes(weightBytes)
    const bytes = cacheRoom(machine, target, { weightBytes, loadedBytes: 0, bytesPerToken })
    const isKnown = bytes !== undefined && bytesPerToken > 0
    if (isKnown && bytes <= 0) return 0
    const room = isKnown ? { bytes: bytes / 2, bytesPerToken } : undefined
    const most = mostTokens({ limit: limitTokens, contextMax, floor: undefined, room, tooLarge: undefined })
    return isKnown ? most : Math.min(most, Math.max(agentWindow, stepFor(neededTokens)))
  }

  /** Once, whoever asks meanwhile. */
  #load(model: LmModel, windowTokens: number, target: Target): Promise<Instance | undefined> {
    const key = keyOf(target)
    if (this.#refused.has(key)) return Promise.resolve(undefined)
    const loading = this.#loads.get(key) ?? this.#orderLoad(model, windowTokens, target)
    this.#loads.set(key, loading)
    return loading
  }

  async #orderLoad(model: LmModel, windowTokens: number, target: Target): Promise<Instance | undefined> {
    const { log } = this.kit
    log.info(`🪖 LM Studio loads ${model.key} with a window of ${windowTokens} tokens`, { target: target.name })
    const order = { model: model.key, context_length: windowTokens, echo_load_config: true }
    const answer = await ask(this.kit, target, '/api/v1/models/load', order, loadMs)
    const loaded = objectOf(answer?.json)
    const id = stringOf(loaded['instance_id'])
    this.#lists.forget(placeKey(target))
    this.#loads.delete(keyOf(target))
    if (answer?.status !== 200 || id === undefined) {
      this.#refused.add(keyOf(target))
      log.warn(
        `⚠️ LM Studio could not load ${model.key} with a window of ${windowTokens} tokens: load it there with a longer context, or set CONTEXT_MAX`,
        { target: target.name },
      )
      return undefined
    }
    this.#own.set(keyOf(target), id)
    return { id, windowTokens: numberOf(objectOf(loaded['load_config'])['context_length']) ?? windowTokens }
  }

  #list(place: Place): Promise<LmModel[] | undefined> {
    return this.#lists.get(placeKey(place), async () => {
      // Unknown endpoints answer 200 too (local-engines.md 2.3), so the form of the answer decides.
      const v1 = readV1((await ask(this.kit, place, '/api/v1/models'))?.json)
      return v1 ?? readV0((await ask(this.kit, place, '/api/v0/models'))?.json)
    })
  }

  async #find(target: Target): Promise<LmModel | undefined> {
    const list = (await this.#list(target)) ?? []
    const { model } = target
    return list.find(({ key, instances }) => key === model || instances.some(({ id }) => id === model))
  }
}

function placeKey({ url }: Place): string {
  return url.origin + rootOf(url)
}

function keyOf(target: Target): string {
  return `${placeKey(target)} ${target.model ?? ''}`
}

/**
 * Ollama: its default window is 4,096 tokens below 24 GiB of VRAM, and what does not fit is cut in silence
 * (local-engines.md 1.5, 1.6). So the window is always asked for, and cutting is always forbidden.
 */
import { thinkOf } from '../dialects/ollama/think.ts'
import type { Failure } from '../ir/failure.ts'
import { compact, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import type { Place } from '../upstream/fetch-json.ts'
import { credentialHeader } from '../wire/headers.ts'
import {
  tokensOf,
  type Engine,
  type EngineName,
  type ListedModel,
  type LoadState,
  type ModelFacts,
  type Need,
} from './engine.ts'
import { ask, factsKeepMs, loadMs, rootOf, stateKeepMs, type Kit } from './kit.ts'
import { cacheRoom } from './memory.ts'
import {
  isSameModel,
  nothingKnown,
  readModel,
  isBeforeTruncate,
  readRunning,
  readTags,
  type OllamaModel,
  type RunningModel,
} from './ollama-model.ts'
import { partsOfPrompt } from './ollama-prompt.ts'
import { encodeFor, onlyPrefix } from './own-request.ts'
import { createRecall, type Recall } from './recall.ts'
import type { VocabularyPlace } from './tokenizers/question.ts'
import { chooseWindow } from './window.ts'
import { createChoices, type Choices } from './window-choices.ts'

const keepAlive = '30m'

export class OllamaEngine implements Engine {
  readonly name: EngineName = 'ollama'
  /** For what it says of a model; unset: the usual one, as the exchange goes on without it. */
  protected readonly patienceMs: number | undefined = undefined
  readonly #kit: Kit
  readonly #shown: Recall<OllamaModel>
  readonly #running: Recall<RunningModel[]>
  readonly #listed: Recall<ListedModel[]>
  readonly #versions: Recall<string>
  readonly #choices: Choices

  constructor(kit: Kit) {
    this.#kit = kit
    this.#shown = createRecall(kit.clock, factsKeepMs, { keepsOld: true })
    this.#running = createRecall(kit.clock, stateKeepMs)
    this.#listed = createRecall(kit.clock, factsKeepMs)
    this.#versions = createRecall(kit.clock, factsKeepMs)
    this.#choices = createChoices(kit.clock)
  }

  async models(place: Place): Promise<ListedModel[] | undefined> {
    const [tags, running] = await Promise.all([ask(this.#kit, place, '/api/tags'), this.#askRunning(place)])
    return readTags(tags?.json, running ?? [])
  }

  async facts(target: Target): Promise<ModelFacts> {
    return (await this.#show(target)).facts
  }

  async state(target: Target): Promise<LoadState> {
    const running = await this.#askRunning(target)
    if (!running) return { is: 'unreachable' }
    const found = running.find(({ name }) => isSameModel(name, target.model ?? ''))
    if (!found) return { is: 'unloaded' }
    return { is: 'loaded', ...(found.windowTokens !== undefined && { windowTokens: found.windowTokens }) }
  }

  async windowFor(need: Need, target: Target): Promise<number | undefined> {
    const [model, state] = await Promise.all([this.#show(target), this.state(target)])
    // The compatible endpoints take no window (local-engines.md 1.8).
    if (target.dialect !== 'ollama') return state.is === 'loaded' ? state.windowTokens : model.ownWindow
    const room = await this.#roomFor(target, model)
    const neededTokens = await tokensOf(need)
    const { chosen, tooLarge } = this.#choices.at(keyOf(target), state)
    const needs = {
      neededTokens,
      chosen,
      loaded: state.is === 'loaded' ? state.windowTokens : undefined,
    }
    const window = chooseWindow(needs, {
      limit: model.facts.limitTokens,
      contextMax: this.#kit.contextMax,
      floor: model.ownWindow,
      room,
      tooLarge,
    })
    this.#choices.choose(keyOf(target), window)
    return window
  }

  /** It counts nothing itself, but hands out a model's vocabulary, and the rest is an allowance (ollama-prompt.ts). */
  async count(request: ChatRequest, target: Target): Promise<number | undefined> {
    // Nothing that was counted is believed of a server that may have cut it (window.ts).
    if (await this.cutsInSilence(target)) return undefined
    const { tokenizers } = this.#kit
    const place = placeOfVocabulary(target)
    if (!tokenizers.mayCount(place)) return undefined
    const { texts, allowance } = partsOfPrompt(encodeFor('ollama', request))
    const tokens = await tokenizers.count(place, texts)
    return tokens === undefined ? undefined : tokens + allowance
  }

  async cutsInSilence(target: Target): Promise<boolean> {
    const version = await this.#versions.get(rootKey(target), async () => {
      const answer = await ask(this.#kit, target, '/api/version')
      return answer && (stringOf(objectOf(answer.json)['version']) ?? '')
    })
    return isBeforeTruncate(version ?? '')
  }

  async dress(request: ChatRequest, windowTokens: number | undefined, target: Target): Promise<ChatRequest> {
    const { can } = await this.facts(target)
    return withOptions(request, windowTokens, thinkOf(request.reasoning, can.thinking))
  }

  /** A prompt without words loads the model, and nothing else (local-engines.md 1.4). */
  async warm(
    target: Target,
    windowTokens: number | undefined,
    prefix?: ChatRequest,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const dressed = await this.dress(onlyPrefix(prefix, target), windowTokens, target)
    const body = encodeFor('ollama', dressed)
    const { messages: _, ...load } = body
    const answer = prefix
      ? await ask(this.#kit, target, '/api/chat', body, loadMs, signal)
      : await ask(this.#kit, target, '/api/generate', load, loadMs, signal)
    this.#running.forget(rootKey(target))
    return answer?.status === 200
  }

  /** `OLLAMA_NUM_PARALLEL`, which it does not tell (local-engines.md 1.4). */
  slots(): Promise<number> {
    return Promise.resolve(1)
  }

  doubt(failure: Failure, target: Target): boolean {
    this.#running.forget(rootKey(target))
    if (failure.kind === 'unknown-model' || failure.kind === 'bad-request') this.#shown.forget(keyOf(target))
    return isOutOfMemory(failure) && this.#choices.failed(keyOf(target))
  }

  remedy(failure: Failure, target: Target): string | undefined {
    const model = target.model ?? ''
    if (failure.kind === 'unknown-model') return `run: ollama pull ${model}`
    if (failure.kind === 'network' && failure.problem === 'refused')
      return 'is Ollama running? start it with: ollama serve'
    if (failure.kind === 'too-long')
      return "the conversation is longer than this model's own limit; set FALLBACK_MODEL to one with a longer context"
    if (failure.kind === 'remote-model')
      return `set FALLBACK_MODEL to a model of this machine, or allow it: ALLOW_REMOTE_MODELS=${model}`
    if (isOutOfMemory(failure))
      return 'the model needs more memory than this machine has free; set FALLBACK_MODEL to a smaller one, or CONTEXT_MAX'
    return undefined
  }

  async #show(target: Target): Promise<OllamaModel> {
    const known = await this.#shown.get(keyOf(target), async () => {
      const answer = await ask(this.#kit, target, '/api/show', { model: target.model ?? '' }, this.patienceMs)
      if (answer?.status === 200 && isObject(answer.json)) return readModel(answer.json)
      return answer && answer.status < 500 ? nothingKnown : undefined
    })
    return known ?? { facts: { ...nothingKnown.facts, isUntold: true } }
  }

  #askRunning(place: Place): Promise<RunningModel[] | undefined> {
    return this.#running.get(rootKey(place), async () => readRunning((await ask(this.#kit, place, '/api/ps'))?.json))
  }

  async #roomFor(target: Target, { bytesPerToken }: OllamaModel) {
    if (bytesPerToken === undefined) return undefined
    const [listed, running] = await Promise.all([this.#list(target), this.#askRunning(target)])
    const isIt = ({ name }: { name: string }): boolean => isSameModel(name, target.model ?? '')
    const weightBytes = listed?.find(isIt)?.sizeBytes ?? 0
    const loadedBytes = running?.find(isIt)?.sizeBytes ?? 0
    const bytes = cacheRoom(this.#kit.machine, target, { weightBytes, loadedBytes, bytesPerToken })
    return bytes === undefined ? undefined : { bytes, bytesPerToken }
  }

  #list(place: Place): Promise<ListedModel[] | undefined> {
    return this.#listed.get(rootKey(place), () => this.models(place))
  }
}

function rootKey({ url }: Place): string {
  return url.origin + rootOf(url)
}

function placeOfVocabulary({ url, credential, model = '' }: Target): VocabularyPlace {
  return {
    url: `${url.origin}${rootOf(url)}/api/show`,
    headers: credential ? [credentialHeader(credential)] : [],
    model,
  }
}

function keyOf(target: Target): string {
  return `${rootKey(target)} ${target.model ?? ''}`
}

function isOutOfMemory(failure: Failure): boolean {
  return failure.kind === 'server-error' && /memory/i.test(failure.message)
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

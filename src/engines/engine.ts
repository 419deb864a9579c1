/** What must be known of a local server, beyond its dialect, to get a whole conversation through it. */
import type { Thinking } from '../dialects/ollama/think.ts'
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import type { Prefill } from '../seam/prefill.ts'
import type { Place } from '../upstream/fetch-json.ts'

/** What really answers on a URL; its dialect does not tell, as five servers answer Ollama's API (local-engines.md 3.2). */
export type ServerName =
  | 'ollama'
  | 'lm-studio'
  | 'llama-server'
  | 'vllm'
  | 'docker-model-runner'
  /** Any other one: Jan, LocalAI, mistral.rs, KoboldCpp, … */
  | 'openai-compatible'

/** Those, and a model in a process of Trooper's own (src/embedded), which nobody has to look for. */
export type EngineName = ServerName | 'embedded'

/** What a local model can do, as its server says; where the server says nothing, that it can. */
export interface Capabilities {
  tools: boolean
  vision: boolean
  /** Unset: not known, so it is asked for only where the client asks. */
  thinking?: Thinking
  /** How it goes on with a last message of its own, or that it does not. Unset: the model's name may tell (seam/prefill.ts). */
  prefill?: Prefill
}

export interface ModelFacts {
  can: Capabilities
  /** The longest conversation that the model was made for, in tokens, where the server tells. */
  limitTokens?: number
  /** It runs on somebody else's machine: this one (local-engines.md 1.9). */
  remoteHost?: string
  /** The server did not say any of this, nor that it has no such model. */
  isUntold?: true
}

/** Whether a model is in memory, and with which window. */
export type LoadState =
  | { is: 'loaded'; windowTokens?: number }
  | { is: 'loading' }
  | { is: 'unloaded' }
  /** The server does not tell. */
  | { is: 'unknown' }
  | { is: 'unreachable' }

/** A model as a server lists it. */
export interface ListedModel {
  name: string
  /** It holds conversations: no embeddings, no images. */
  isChat: boolean
  isLoaded: boolean
  /** Of its weights. */
  sizeBytes?: number
  /** Unset: the list does not tell. */
  tools?: boolean
  remoteHost?: string
}

/** So many tokens; a function where nobody has counted them, which takes a while. */
export type Need = number | (() => Promise<number>)

export async function tokensOf(need: Need): Promise<number> {
  return typeof need === 'number' ? need : need()
}

/**
 * One kind of local server. Nothing here throws: what a server does not tell is left to it. What was learnt of a model is kept, what is
 * in memory for seconds only, and that something could not be learnt for a short while, so that these questions cost an exchange
 * next to nothing.
 */
export interface Engine {
  readonly name: EngineName
  /** `undefined`: it did not answer, or does not tell. */
  models(place: Place): Promise<ListedModel[] | undefined>
  facts(target: Target): Promise<ModelFacts>
  state(target: Target): Promise<LoadState>
  /**
   * The window, in tokens, in which a conversation of so many tokens (room for its answer included) will be read: the one there
   * is, or, where it may be chosen, one chosen now, in steps, and never smaller while the model is loaded, as every change reloads it.
   * Less than `need` where limit, memory or `CONTEXT_MAX` allow no more: then the conversation has to be made to fit.
   * `undefined`: the server does not tell. May take as long as a model takes to load, where that has to be ordered beforehand.
   */
  windowFor(need: Need, target: Target): Promise<number | undefined>
  /**
   * The tokens of the conversation, template and tools included: as this server counts them, or not fewer, by the model's own vocabulary.
   * `undefined`: nobody can count them.
   */
  count(request: ChatRequest, target: Target): Promise<number | undefined>
  /**
   * What does not fit it cuts without a word, and nothing forbids it that: then nothing may come near to the end of the window, and what
   * it says of the length of a prompt teaches nothing.
   */
  cutsInSilence(target: Target): Promise<boolean>
  /** The request with what this server has to be told beside the conversation; `windowTokens` as {@link windowFor} gave it. */
  dress(request: ChatRequest, windowTokens: number | undefined, target: Target): Promise<ChatRequest>
  /**
   * Brings the model into memory in exactly the state that a request dressed with the same window needs, and reads `prefix` ahead if
   * there is one; what runs is not disturbed. Resolves when that is done, or `signal` ends it; false when it could not be.
   */
  warm(target: Target, windowTokens: number | undefined, prefix?: ChatRequest, signal?: AbortSignal): Promise<boolean>
  /** How many requests it answers at once; the others would wait there, in no fair order. */
  slots(target: Target): Promise<number>
  /** An attempt failed so: what was learnt of the model may no longer hold. True when the same request is worth a repeat. */
  doubt(failure: Failure, target: Target): boolean
  /** What a person can do about a failure of this server; `undefined` when there is nothing to add. */
  remedy(failure: Failure, target: Target): string | undefined
}

export interface Identity {
  name: EngineName
  /** As the server says it. */
  version?: string
}

export interface Engines {
  /** The engine behind a target; asks the server who it is, the first time. */
  at(target: Target): Promise<Engine>
  /** As far as it is known by now: for advice in passing. */
  known(target: Target): Engine
  /** Who answers there; `undefined`: nobody, or nobody that is known. */
  identify(place: Place): Promise<Identity | undefined>
  /** Somebody answers there, and says nothing that is known of a local server. */
  isStranger(place: Place): Promise<boolean>
  /** {@link Engine.doubt}, and what it says of the server: one that was away, or that answers otherwise, is asked again who it is. */
  doubt(failure: Failure, target: Target): Doubts
}

interface Doubts {
  isWorthARepeat: boolean
  /** It may be another one by now. */
  isOtherServer: boolean
}

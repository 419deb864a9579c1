/** What Trooper must know of a local server, beyond its dialect, to get a whole conversation through it. */
import type { Thinking } from '../dialects/ollama/think.ts'
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'

/** What really answers on a URL; its dialect does not tell, as five servers answer Ollama's API (local-engines.md 3.2). */
type EngineName = 'ollama' | 'openai-compatible'

/** What a local model can do, as its server says; where the server says nothing, that it can. */
export interface Capabilities {
  tools: boolean
  vision: boolean
  /** Unset: not known, so it is asked for only where the client asks. */
  thinking?: Thinking
}

export interface ModelFacts {
  can: Capabilities
  /** The longest conversation that the model was made for, in tokens, where the server tells. */
  limitTokens?: number
}

/**
 * One kind of local server. Nothing here throws: what a server does not tell is left to it. What was learnt is kept for as long as
 * the model is the same, so that these questions cost an exchange nothing but the first time.
 */
export interface Engine {
  readonly name: EngineName
  facts(target: Target): Promise<ModelFacts>
  /**
   * The window, in tokens, in which a conversation of so many tokens (room for its answer included) will be read: the one there
   * is, or, where a request may choose, one chosen now, in steps and never smaller than before, as every change reloads the model.
   * `undefined`: the server does not tell.
   */
  windowFor(neededTokens: number, target: Target): Promise<number | undefined>
  /** The request with what this server has to be told beside the conversation; `windowTokens` as {@link windowFor} gave it. */
  dress(request: ChatRequest, windowTokens: number | undefined, target: Target): Promise<ChatRequest>
  /** What a person can do about a failure of this server; `undefined` when there is nothing to add. */
  remedy(failure: Failure, target: Target): string | undefined
}

export interface Engines {
  /** Asks the server who it is, the first time. */
  at(target: Target): Promise<Engine>
  /** As far as it is known by now: for advice in passing. */
  known(target: Target): Engine
}

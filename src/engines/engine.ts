/** What Trooper must know of a local server, beyond its dialect, to get a whole conversation through it. */
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'

/** What a local model can do, as its server says; where the server says nothing, that it can. */
export interface Capabilities {
  tools: boolean
  vision: boolean
}

export interface Engine {
  capabilities(target: Target): Promise<Capabilities>
  /** The request with what this server needs to see all of it (Ollama: its window). Never throws: an unknown is left to the server. */
  prepare(request: ChatRequest, target: Target): Promise<ChatRequest>
  /** Takes an overflow as a lesson; true when the same request will now fit. */
  learn(failure: Extract<Failure, { kind: 'too-long' }>, request: ChatRequest, target: Target): boolean
  /** What a person can do about a failure of this server; `undefined` when there is nothing to add. */
  remedy(failure: Failure, target: Target): string | undefined
}

export interface Engines {
  at(target: Target): Engine
}

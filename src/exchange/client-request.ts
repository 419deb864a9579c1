/** What the client asks, read only as far as somebody needs it: a relayed request is never parsed. */
import { mayContinueThread } from '../dialects/anthropic/threads.ts'
import { findModel } from '../wire/top-level.ts'
import { inSteps } from './in-steps.ts'
import type { Incoming, Services } from './outcome.ts'
import { accountAt } from './payer.ts'
import type { ResponsesMemory } from './responses/responses-memory.ts'
import { takeBody, type Decoded } from './translate/translate.ts'

export class ClientRequest {
  readonly #services: Services
  readonly #incoming: Incoming
  readonly #memory: ResponsesMemory | undefined
  #decoded: Decoded | undefined
  #model: string | undefined
  #mayNameThread: boolean | undefined

  /** `model`: as a glance at the body shows it, where it does. */
  constructor(services: Services, incoming: Incoming, memory: ResponsesMemory | undefined, model: string | undefined) {
    this.#services = services
    this.#incoming = incoming
    this.#memory = memory
    this.#model = model
  }

  async decode(): Promise<Decoded> {
    this.#decoded ??= await (this.#memory
      ? this.#memory.decode()
      : inSteps(this.#services.clock, takeBody(this.#incoming)))
    return this.#decoded
  }

  /** As far as somebody has needed it by now. */
  get decoded(): Decoded | undefined {
    return this.#decoded
  }

  /** As the client wrote it; looked up only where it counts. */
  model(): string {
    this.#model ??= findModel(this.#incoming.body) ?? ''
    return this.#model
  }

  /** Whose the exchange is, as the provider knows it. */
  account(): string {
    const { dialect, headers, query } = this.#incoming
    return accountAt(this.#services.chains[dialect][0], headers, query)
  }

  /** Its provider may hold the conversation, of which it says only what is new. */
  mayNameThread(): boolean {
    const { dialect, body } = this.#incoming
    this.#mayNameThread ??= dialect === 'anthropic' && mayContinueThread(body)
    return this.#mayNameThread
  }

  /** It leans on a history that is kept nowhere here. */
  get isUnknownHistory(): boolean {
    return this.#decoded?.ok === false && this.#decoded.isUnknownHistory === true
  }
}

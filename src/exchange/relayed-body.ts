/** What the client sent, as each provider of its dialect takes it: turns of other models need mending where they may be. */
import type { Failure } from '../ir/failure.ts'
import type { Chain } from '../routing/chains.ts'
import { modelAt, renamesModels } from '../routing/model-map.ts'
import type { Target } from '../routing/target.ts'
import { withTopLevelString } from '../wire/top-level.ts'
import { mayRefuseHistory, mendHistory, type HandBack } from './hand-back.ts'
import type { Incoming } from './outcome.ts'
import type { ResponsesMemory } from './responses-memory.ts'
import { isSealRefusal, withoutSeals } from './seals.ts'

export class RelayedBody {
  readonly #handBack: HandBack
  readonly #incoming: Incoming
  readonly #memory: ResponsesMemory | undefined
  readonly #chain: Chain
  /** Targets that refused seals of another one's. */
  readonly #strangers = new Set<Target>()

  constructor(handBack: HandBack, incoming: Incoming, memory: ResponsesMemory | undefined, chain: Chain) {
    this.#handBack = handBack
    this.#incoming = incoming
    this.#memory = memory
    this.#chain = chain
  }

  /** The same bytes where nothing has to change. `model`: as the client wrote it. */
  async for(target: Target, model: string): Promise<Buffer> {
    const { dialect, body } = this.#incoming
    const own = this.#handBack.isExpected(dialect) ? await this.#mended(target) : body
    const mended = this.#strangers.has(target) ? withoutSeals(own, dialect) : own
    return renamesModels(target) ? withTopLevelString(mended, 'model', modelAt(target, model)) : mended
  }

  /** True when a refusal taught that the history needs mending, so that the same target is worth a repeat. */
  async hasLearned(target: Target, failure: Failure): Promise<boolean> {
    const { dialect, body } = this.#incoming
    if (this.#hasSeveralClouds() && isSealRefusal(failure)) {
      this.#strangers.add(target)
      this.#handBack.expect(dialect)
      return true
    }
    if (this.#handBack.isExpected(dialect) || !mayRefuseHistory(failure)) return false
    if ((await this.#mended(target)) === body) return false
    this.#handBack.expect(dialect)
    return true
  }

  async #mended(target: Target): Promise<Buffer> {
    const { dialect, body } = this.#incoming
    return this.#memory ? this.#memory.mend() : mendHistory(body, dialect, target)
  }

  /** With one alone, the refusal is the client's to know: agents recover by its wording (providers.md 4.3). */
  #hasSeveralClouds(): boolean {
    return this.#chain.filter(({ kind }) => kind === 'cloud').length > 1
  }
}

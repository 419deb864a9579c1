/** What the client sent, as each provider of its dialect takes it: turns of other models need mending where they may be. */
import type { Failure } from '../../ir/failure.ts'
import type { Chain } from '../../routing/chains.ts'
import { modelAt, renamesModels } from '../../routing/model-map.ts'
import type { Target } from '../../routing/target.ts'
import { withTopLevelString } from '../../wire/top-level.ts'
import { withoutForeignFiles } from './foreign-files.ts'
import { mayRefuseHistory, mendHistory } from './hand-back.ts'
import type { Incoming, Services } from '../outcome.ts'
import { isHome } from '../payer.ts'
import type { ResponsesMemory } from '../responses/responses-memory.ts'
import { isSealRefusal, withoutSeals } from './seals.ts'

/** `omitted`: what of the conversation this target cannot be shown. */
export interface Relayable {
  body: Buffer
  omitted: string | undefined
}

export class RelayedBody {
  readonly #services: Services
  readonly #incoming: Incoming
  readonly #memory: ResponsesMemory | undefined
  readonly #chain: Chain
  /** Targets that refused seals of another one's. */
  readonly #strangers: Target[] = []

  constructor(services: Services, incoming: Incoming, memory: ResponsesMemory | undefined, chain: Chain) {
    this.#services = services
    this.#incoming = incoming
    this.#memory = memory
    this.#chain = chain
  }

  /** The bytes as they came are what this target is sent: the usual case, which costs nothing. */
  isUnchanged(target: Target): boolean {
    const isMended = this.#services.handBack.isExpected(this.#incoming.dialect) || this.#strangers.includes(target)
    return !isMended && !renamesModels(target) && target === this.#chain[0]
  }

  /** The same bytes where nothing has to change. `model`: as the client wrote it. */
  async for(target: Target, model: string): Promise<Relayable> {
    const { dialect } = this.#incoming
    const losses = this.#services.lossesAt(target.name)
    const own = await this.#own(target)
    const mended = this.#strangers.includes(target) ? withoutSeals(own, dialect, losses.warn) : own
    const named = renamesModels(target) ? withTopLevelString(mended, 'model', modelAt(target, model)) : mended
    const told = this.isHome(target) ? named : withoutForeignFiles(named, dialect, losses.warn)
    losses.tell()
    return { body: told, omitted: losses.omitted() }
  }

  /** True where everything is known that the client left with its provider. */
  isHome(target: Target): boolean {
    return target === this.#chain[0] || isHome(this.#services, this.#incoming, target)
  }

  async #own(target: Target): Promise<Buffer> {
    const { dialect, body } = this.#incoming
    const { handBack } = this.#services
    if (this.#memory && !this.isHome(target)) {
      // What is answered here has to be told to the first provider when it is back.
      handBack.expect(dialect)
      return this.#memory.unfold()
    }
    return handBack.isExpected(dialect) ? this.#mended(target) : body
  }

  /** True when a refusal taught that the history needs mending, so that the same target is worth a repeat. */
  async hasLearned(target: Target, failure: Failure): Promise<boolean> {
    const { dialect, body } = this.#incoming
    if (this.#hasSeveralClouds() && isSealRefusal(failure)) {
      this.#strangers.push(target)
      this.#services.handBack.expect(dialect)
      return true
    }
    if (this.#services.handBack.isExpected(dialect) || !mayRefuseHistory(failure)) return false
    if ((await this.#mended(target)) === body) return false
    this.#services.handBack.expect(dialect)
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

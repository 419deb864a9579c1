/** What became of the targets that did not answer: for the log, and for a client whom nobody can answer. */
import { describeFailure, type Failure } from '../ir/failure.ts'
import type { Chain } from '../routing/chains.ts'
import type { Target } from '../routing/target.ts'
import type { Services } from './outcome.ts'
import type { HeldAnswer } from './reply/reply.ts'

interface Tried {
  target: Target
  failure: Failure
  /** What it said, as it said it; absent when it said nothing. */
  original?: HeldAnswer
  /** It was not asked: the ledger knows what it would say. */
  rests?: true
  /** It may answer yet: others are asked beside it. */
  isLate?: true
}

export class Story {
  readonly #services: Services
  readonly #chain: Chain
  readonly #tried: Tried[] = []

  constructor(services: Services, chain: Chain) {
    this.#services = services
    this.#chain = chain
  }

  get first(): Tried | undefined {
    return this.#tried[0]
  }

  /** The first answer that a target gave in its own words, and what it means. */
  get told(): { original: HeldAnswer; failure: Failure } | undefined {
    for (const { original, failure } of this.#tried) if (original) return { original, failure }
    return undefined
  }

  /** Of a local engine for which too many wait. */
  findFull(): Failure | undefined {
    return this.#tried.find(({ failure }) => failure.kind === 'queue-full')?.failure
  }

  addResting(target: Target, failure: Failure): void {
    this.#tried.push({ target, failure, rests: true })
  }

  /** The first target that was not asked, of those that `fits`. */
  findResting(fits: (target: Target) => boolean): Target | undefined {
    return this.#tried.find(({ target, rests }) => rests && fits(target))?.target
  }

  addFailed(target: Target, failure: Failure, original: HeldAnswer | undefined): void {
    this.#add(original ? { target, failure, original } : { target, failure })
    this.#warn(target, failure, '')
  }

  /** Its first content is late, and the next target is asked beside it. */
  addLate(target: Target): void {
    this.#add({ target, failure: late, isLate: true })
    this.#warn(target, late, '')
  }

  /** Another one spoke first: nobody's fault. */
  tellLost(target: Target): void {
    this.#services.log.info(`🏁 ${this.#name(target)} was not the first to speak: it is given up`, {
      target: target.name,
    })
  }

  /** The client has the beginning of its answer. */
  addBroken(target: Target, failure: Failure): void {
    this.#add({ target, failure })
    this.#warn(target, failure, ' in the middle of its answer')
  }

  announce(target: Target): void {
    const { log } = this.#services
    if (!this.first) return
    const fields = { target: target.name, reason: this.first.failure.kind }
    if (target.kind === 'local') log.info(`🪖 Routing to local model: ${target.model ?? target.name}`, fields)
    else log.info(`🪖 Routing to ${target.name}`, fields)
  }

  tellOutOfTime(target: Target): void {
    const { log } = this.#services
    log.warn(`⚠️ ${this.#name(target)} took all the time there was (EXCHANGE_MAX): the client was told`, {
      target: target.name,
      reason: 'timeout',
    })
  }

  tellBroken(target: Target, failure: Failure): void {
    this.#services.log.warn(
      `⚠️ ${target.name} broke off in the middle of its answer (${describeFailure(failure)}): the client was told`,
      { target: target.name, reason: failure.kind },
    )
  }

  /** Everything in one line. */
  tell(): string {
    return this.#tried.map(({ target, failure }) => this.#chapter(target, failure)).join('; ')
  }

  /** What became of a late one, or of one that was asked although it rests, takes the place of what was known before. */
  #add(tried: Tried): void {
    const before = this.#tried.findIndex(({ target, isLate, rests }) => target === tried.target && (isLate || rests))
    if (before === -1) this.#tried.push(tried)
    else this.#tried[before] = tried
  }

  #warn(target: Target, failure: Failure, when: string): void {
    const status = failure.status === undefined ? '' : ` ${failure.status}`
    const name = this.#name(target)
    const next = target.kind === 'cloud' ? `: ${this.#nextStep(target)}` : ''
    const remedy = this.#remedy(target, failure)
    const advice = remedy === undefined ? '' : ` - ${remedy}`
    this.#services.log.warn(`⚠️ ${name}${status} (${describeFailure(failure)})${when}${next}${advice}`, {
      target: target.name,
      reason: failure.kind,
      status: failure.status,
    })
  }

  #name(target: Target): string {
    return target === this.#chain[0] && target.kind === 'cloud' ? 'Primary' : target.name
  }

  #nextStep(target: Target): string {
    const next = this.#chain[this.#chain.indexOf(target) + 1]
    if (!next) return 'nobody is left to ask'
    return next.kind === 'local' ? 'falling back to local model' : `falling back to ${next.name}`
  }

  #remedy(target: Target, failure: Failure): string | undefined {
    return target.kind === 'local' ? this.#services.engines.known(target).remedy(failure, target) : undefined
  }

  #chapter(target: Target, failure: Failure): string {
    const status = failure.status === undefined ? '' : `${failure.status} `
    const remedy = this.#remedy(target, failure)
    return `${target.name}: ${status}${describeFailure(failure)}${remedy === undefined ? '' : ` (${remedy})`}`
  }
}

const late: Failure = {
  kind: 'timeout',
  phase: 'first-content',
  message: 'The target began to answer, but said nothing in time.',
}

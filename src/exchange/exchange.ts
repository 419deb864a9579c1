/** One request's life: plan -> attempts -> reply. */
import { encodeLoaded } from '../dialects/ollama/answer.ts'
import { clientDialects } from '../dialects/registry.ts'
import { describeFailure, type Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import { chainFor, type Chain } from '../routing/chains.ts'
import type { Payer } from '../routing/ledger.ts'
import { modelAt, renamesModels } from '../routing/model-map.ts'
import { planExchange } from '../routing/plan.ts'
import { speaks, type Target } from '../routing/target.ts'
import { judge } from '../routing/verdict.ts'
import { headerText } from '../wire/headers.ts'
import { glanceAtModel, topLevelString, withTopLevelString } from '../wire/top-level.ts'
import { boundRetryAfter } from './errors.ts'
import { mayRefuseHistory, mendHistory } from './hand-back.ts'
import type { Incoming, Outcome, Services } from './outcome.ts'
import { accountAt } from './payer.ts'
import { answerModels, answerTokens, rememberModels } from './question.ts'
import { relay } from './relay.ts'
import { giveJson, type HeldAnswer, type Reply } from './reply.ts'
import { ResponsesMemory } from './responses-memory.ts'
import { isSealRefusal, withoutSeals } from './seals.ts'
import { decodeBody, translate, type Decoded } from './translate.ts'

/** What became of a target that did not answer. */
interface Tried {
  target: Target
  failure: Failure
  /** What it said, as it said it; absent when it said nothing. */
  original?: HeldAnswer
  /** It was not asked: the ledger knows what it would say. */
  rests?: true
}

/** Answers one conversation request, in the client's dialect, whatever the targets do. Rejects only on a fault of Trooper's own. */
export function runExchange(services: Services, incoming: Incoming, reply: Reply): Promise<void> {
  return new Exchange(services, incoming, reply).run()
}

class Exchange {
  readonly #services: Services
  readonly #incoming: Incoming
  readonly #reply: Reply
  readonly #tried: Tried[] = []
  readonly #memory: ResponsesMemory | undefined
  readonly #chain: Chain
  /** Targets that refused seals of another one's. */
  readonly #strangers = new Set<Target>()
  #decoded: Decoded | undefined
  #namedModel: string | undefined

  constructor(services: Services, incoming: Incoming, reply: Reply) {
    this.#services = services
    this.#incoming = incoming
    this.#reply = reply
    this.#chain = chainFor(services.chains, incoming.dialect, glanceAtModel(incoming.body))
    this.#memory = memoryOf(services, incoming)
  }

  async run(): Promise<void> {
    if (this.#incoming.dialect === 'ollama' && (await this.#answerLoad())) return
    const { ledger, clock } = this.#services
    const plan = planExchange(this.#chain, ledger, (target) => this.#payerAt(target), clock.now())
    for (const { target, entry } of plan.skipped) this.#tried.push({ target, failure: entry.failure, rests: true })
    for (const target of plan.candidates) if ((await this.#tryTarget(target)) === 'done') return
    // What only the provider understands is asked of it even while it rests: its own answer is the best there is.
    const resting = plan.skipped.find(({ target }) => speaks(target, this.#incoming.dialect))
    if (this.#decoded?.ok === false && resting && (await this.#tryTarget(resting.target)) === 'done') return
    this.#giveUp()
  }

  /** An Ollama client without a question wants its model loaded: that is done when it asks one. */
  async #answerLoad(): Promise<boolean> {
    this.#decoded = await this.#decode()
    if (!this.#decoded.ok || this.#decoded.request.messages.length > 0) return false
    const body = encodeLoaded(this.#decoded.request, this.#services.clock.now())
    giveJson(this.#reply, 200, body)
    return true
  }

  /** Asks one target, again where that is worth it; `next` when another one has to answer. */
  async #tryTarget(target: Target): Promise<'done' | 'next'> {
    if (this.#tried.length > 0) this.#announce(target)
    for (let retries = 0; ; retries += 1) {
      const outcome = await this.#attempt(target)
      if (outcome.type === 'answered') return 'done'
      if (retries === 0 && (await this.#hasLearned(target, outcome.failure))) continue
      const { policy, clock, ledger } = this.#services
      const nowMs = clock.now()
      const isFallback = target !== this.#chain[0]
      const verdict = judge(outcome.failure, { target, isFallback, retries, policy, nowMs })
      switch (verdict.action) {
        case 'stop':
          return 'done'
        case 'give':
          this.#give(outcome.original, outcome.failure)
          return 'done'
        case 'retry':
          await this.#pause(verdict.afterMs)
          break
        case 'next':
          if (verdict.remember) {
            const { scope, untilMs } = verdict.remember
            ledger.record(this.#payerAt(target), scope, untilMs, outcome.failure, nowMs)
          }
          this.#note(target, outcome)
          return 'next'
      }
    }
  }

  async #attempt(target: Target): Promise<Outcome> {
    if (isRelayed(target, this.#incoming)) return this.#relay(target)
    this.#services.handBack.expect(this.#incoming.dialect)
    const { asked, dialect } = this.#incoming
    if (asked?.question.about === 'models')
      return answerModels(this.#services, dialect, this.#account(), asked.question.id, this.#reply)
    this.#decoded ??= await this.#decode()
    if (asked) return answerTokens(dialect, this.#decoded, this.#reply)
    return this.#decoded.ok
      ? this.#translate(target, this.#decoded.request)
      : { type: 'failed', failure: this.#decoded.failure }
  }

  async #relay(target: Target): Promise<Outcome> {
    const body = await this.#bodyFor(target)
    return relay(this.#services, { ...this.#incoming, body }, target, this.#reply, this.#listener())
  }

  /** Who wants to know the answer of a provider besides the client. */
  #listener(): ((text: string) => void) | undefined {
    const { asked } = this.#incoming
    const memory = this.#memory
    if (asked?.question.about === 'models' && asked.question.id === undefined)
      return (text) => rememberModels(this.#services.modelLists, this.#account(), text)
    return memory && !asked ? (text) => memory.keepRelayed(text) : undefined
  }

  #translate(target: Target, request: ChatRequest): Promise<Outcome> {
    const memory = this.#memory
    return translate(
      this.#services,
      this.#incoming,
      request,
      target,
      this.#tried[0]?.failure.kind,
      this.#reply,
      memory && ((response) => memory.keepLocal(response)),
    )
  }

  /** What the client sent, as this provider takes it: turns of a local model need mending where they may be. */
  async #bodyFor(target: Target): Promise<Buffer> {
    const { dialect, body } = this.#incoming
    const own = this.#services.handBack.isExpected(dialect) ? await this.#mended(target) : body
    const mended = this.#strangers.has(target) ? withoutSeals(own, dialect) : own
    if (!renamesModels(target)) return mended
    return withTopLevelString(mended, 'model', modelAt(target, this.#model()))
  }

  async #mended(target: Target): Promise<Buffer> {
    const { dialect, body } = this.#incoming
    return this.#memory ? this.#memory.mend() : mendHistory(body, dialect, target)
  }

  async #decode(): Promise<Decoded> {
    return this.#memory ? this.#memory.decode() : decodeBody(this.#incoming)
  }

  /** What the refusal taught makes the same target worth a repeat: the true size of the conversation, or that its history needs mending. */
  async #hasLearned(target: Target, failure: Failure): Promise<boolean> {
    const { dialect, body } = this.#incoming
    const { handBack, engines } = this.#services
    if (isRelayed(target, this.#incoming)) {
      if (this.#hasSeveralClouds() && isSealRefusal(failure)) {
        this.#strangers.add(target)
        handBack.expect(dialect)
        return true
      }
      if (handBack.isExpected(dialect) || !mayRefuseHistory(failure) || (await this.#mended(target)) === body)
        return false
      handBack.expect(dialect)
      return true
    }
    if (failure.kind !== 'too-long' || target.kind !== 'local' || !this.#decoded?.ok) return false
    return engines.at(target).learn(failure, this.#decoded.request, target)
  }

  /** With one alone, the refusal is the client's to know: agents recover by its wording (providers.md 4.3). */
  #hasSeveralClouds(): boolean {
    return this.#chain.filter(({ kind }) => kind === 'cloud').length > 1
  }

  #pause(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.#services.clock.after(ms, resolve)
      this.#reply.onGone(() => {
        cancel()
        resolve()
      })
    })
  }

  #announce(target: Target): void {
    const { log } = this.#services
    const [first] = this.#tried
    if (target.kind === 'local')
      log.info(`🪖 Routing to local model: ${target.model ?? target.name}`, {
        target: target.name,
        reason: first?.failure.kind,
      })
    else log.info(`🪖 Routing to ${target.name}`, { target: target.name, reason: first?.failure.kind })
  }

  #note(target: Target, outcome: Extract<Outcome, { type: 'failed' }>): void {
    const { failure, original } = outcome
    this.#tried.push(original ? { target, failure, original } : { target, failure })
    const status = failure.status === undefined ? '' : ` ${failure.status}`
    const name = target === this.#chain[0] && target.kind === 'cloud' ? 'Primary' : target.name
    const next = target.kind === 'cloud' ? `: ${this.#nextStep(target)}` : ''
    const remedy = this.#remedy(target, failure)
    const advice = remedy === undefined ? '' : ` - ${remedy}`
    this.#services.log.warn(`⚠️ ${name}${status} (${describeFailure(failure)})${next}${advice}`, {
      target: target.name,
      reason: failure.kind,
      status: failure.status,
    })
  }

  #nextStep(target: Target): string {
    const next = this.#chain[this.#chain.indexOf(target) + 1]
    if (!next) return 'nobody is left to ask'
    return next.kind === 'local' ? 'falling back to local model' : `falling back to ${next.name}`
  }

  #remedy(target: Target, failure: Failure): string | undefined {
    return target.kind === 'local' ? this.#services.engines.at(target).remedy(failure, target) : undefined
  }

  /** Everything failed: the first target's own answer, as it said it or in its words, else a sentence that names what was tried. */
  #giveUp(): void {
    if (this.#reply.isGone) return
    const story = this.#story()
    this.#services.log.error(`❌ Nobody could answer: ${story}`)
    const own = this.#isUnknownHistory() ? undefined : this.#tried.find((tried) => tried.original)?.original
    if (own) return this.#give(boundRetryAfter(own, headerText(story)), undefined)
    if (this.#decoded?.ok === false) return this.#give(undefined, this.#decoded.failure)
    const [first] = this.#tried
    if (first?.rests)
      return this.#give(undefined, { ...first.failure, message: `${first.failure.message} (Trooper: ${story})` })
    this.#give(undefined, { kind: 'server-error', status: 502, message: `Trooper found nobody to answer: ${story}` })
  }

  /** A history that is kept nowhere: the provider's word for it, as waiting would not bring it back. */
  #isUnknownHistory(): boolean {
    return this.#decoded?.ok === false && this.#decoded.failure.code === 'previous_response_not_found'
  }

  #story(): string {
    return this.#tried.map(({ target, failure }) => this.#chapter(target, failure)).join('; ')
  }

  #chapter(target: Target, failure: Failure): string {
    const status = failure.status === undefined ? '' : `${failure.status} `
    const remedy = this.#remedy(target, failure)
    return `${target.name}: ${status}${describeFailure(failure)}${remedy === undefined ? '' : ` (${remedy})`}`
  }

  #give(original: HeldAnswer | undefined, failure: Failure | undefined): void {
    if (this.#reply.isGone) return
    if (original) {
      this.#reply.head(original.status, original.statusMessage, original.headers)
      return this.#reply.end(original.body)
    }
    if (!failure) return
    const { status, body } = clientDialects[this.#incoming.dialect].encodeFailure(failure)
    giveJson(this.#reply, failure.status ?? status, body)
  }

  /** As the client wrote it; looked up only where it counts. */
  #model(): string {
    this.#namedModel ??= topLevelString(this.#incoming.body, 'model') ?? ''
    return this.#namedModel
  }

  /** Whose the exchange is, as the provider knows it. */
  #account(): string {
    const { dialect, headers, query } = this.#incoming
    return accountAt(this.#services.chains[dialect][0], headers, query)
  }

  /** Whose quota this exchange uses: asked only when a ledger entry is read or written. */
  #payerAt(target: Target): Payer {
    const { headers, query } = this.#incoming
    return { target, account: accountAt(target, headers, query), model: this.#model() }
  }
}

/** Bytes through, nothing made anew. Of its models a provider is asked in whatever dialect. */
function isRelayed(target: Target, { dialect, asked }: Incoming): boolean {
  // Ollama's own API has two shapes of one conversation, and clouds of other dialects.
  return (
    target.kind === 'cloud' && ((dialect !== 'ollama' && speaks(target, dialect)) || asked?.question.about === 'models')
  )
}

/** Only Responses clients leave their history with the provider. */
function memoryOf(
  { transcripts, chains }: Services,
  { dialect, headers, query, body }: Incoming,
): ResponsesMemory | undefined {
  if (dialect !== 'openai-responses') return undefined
  return new ResponsesMemory(transcripts, body, accountAt(chains[dialect][0], headers, query))
}

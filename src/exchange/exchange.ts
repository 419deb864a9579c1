/** One request's life: plan -> attempts -> reply. */
import { createHash } from 'node:crypto'
import { clientDialects } from '../dialects/registry.ts'
import { describeFailure, type Failure } from '../ir/failure.ts'
import type { Payer } from '../routing/ledger.ts'
import { planExchange } from '../routing/plan.ts'
import { speaks, type Target } from '../routing/target.ts'
import { judge } from '../routing/verdict.ts'
import { headerOf, headerText } from '../wire/headers.ts'
import { topLevelString } from '../wire/top-level.ts'
import { boundRetryAfter } from './errors.ts'
import type { Incoming, Outcome, Services } from './outcome.ts'
import { relay } from './relay.ts'
import type { HeldAnswer, Reply } from './reply.ts'
import { decodeIncoming, translate } from './translate.ts'

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
  #decoded: ReturnType<typeof decodeIncoming> | undefined
  #model: string | undefined

  constructor(services: Services, incoming: Incoming, reply: Reply) {
    this.#services = services
    this.#incoming = incoming
    this.#reply = reply
  }

  async run(): Promise<void> {
    const { chain, ledger, clock } = this.#services
    const plan = planExchange(chain, ledger, (target) => this.#payerAt(target), clock.now())
    for (const { target, entry } of plan.skipped) this.#tried.push({ target, failure: entry.failure, rests: true })
    for (const target of plan.candidates) if ((await this.#tryTarget(target)) === 'done') return
    // What only the provider understands is asked of it even while it rests: its own answer is the best there is.
    const resting = plan.skipped.find(({ target }) => speaks(target, this.#incoming.dialect))
    if (this.#decoded?.ok === false && resting && (await this.#tryTarget(resting.target)) === 'done') return
    this.#giveUp()
  }

  /** Asks one target, again where that is worth it; `next` when another one has to answer. */
  async #tryTarget(target: Target): Promise<'done' | 'next'> {
    if (this.#tried.length > 0) this.#announce(target)
    for (let retries = 0; ; retries += 1) {
      const outcome = await this.#attempt(target)
      if (outcome.type === 'answered') return 'done'
      if (retries === 0 && this.#hasLearned(target, outcome.failure)) continue
      const { policy, clock, ledger } = this.#services
      const nowMs = clock.now()
      const verdict = judge(outcome.failure, { target, retries, policy, nowMs })
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

  #attempt(target: Target): Promise<Outcome> {
    const { dialect } = this.#incoming
    if (target.kind === 'cloud' && speaks(target, dialect))
      return relay(this.#services, this.#incoming, target, this.#reply)
    this.#services.handBack.expect(dialect)
    this.#decoded ??= decodeIncoming(this.#incoming)
    if (!this.#decoded.ok) return Promise.resolve({ type: 'failed', failure: this.#decoded.failure })
    return translate(
      this.#services,
      this.#incoming,
      this.#decoded.request,
      target,
      this.#tried[0]?.failure.kind,
      this.#reply,
    )
  }

  /** What the refusal taught makes the same target worth a repeat: the true size of the conversation, or that its history needs mending. */
  #hasLearned(target: Target, failure: Failure): boolean {
    const { dialect, body } = this.#incoming
    if (target.kind === 'cloud' && speaks(target, dialect))
      return this.#services.handBack.learn(failure, body, dialect, target)
    if (failure.kind !== 'too-long' || target.kind !== 'local' || !this.#decoded?.ok) return false
    return this.#services.engines.at(target).learn(failure, this.#decoded.request, target)
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
    const name = target.kind === 'cloud' ? 'Primary' : target.name
    const next = target.kind === 'cloud' ? ': falling back to local model' : ''
    const remedy = this.#remedy(target, failure)
    const advice = remedy === undefined ? '' : ` - ${remedy}`
    this.#services.log.warn(`⚠️ ${name}${status} (${describeFailure(failure)})${next}${advice}`, {
      target: target.name,
      reason: failure.kind,
      status: failure.status,
    })
  }

  #remedy(target: Target, failure: Failure): string | undefined {
    return target.kind === 'local' ? this.#services.engines.at(target).remedy(failure, target) : undefined
  }

  /** Everything failed: the first target's own answer, as it said it or in its words, else a sentence that names what was tried. */
  #giveUp(): void {
    if (this.#reply.isGone) return
    const story = this.#story()
    this.#services.log.error(`❌ Nobody could answer: ${story}`)
    const own = this.#tried.find((tried) => tried.original)?.original
    if (own) return this.#give(boundRetryAfter(own, headerText(story)), undefined)
    if (this.#decoded?.ok === false) return this.#give(undefined, this.#decoded.failure)
    const [first] = this.#tried
    if (first?.rests)
      return this.#give(undefined, { ...first.failure, message: `${first.failure.message} (Trooper: ${story})` })
    this.#give(undefined, { kind: 'server-error', status: 502, message: `Trooper found nobody to answer: ${story}` })
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
    const text = JSON.stringify(body)
    this.#reply.head(failure.status ?? status, '', [
      'content-type',
      'application/json',
      'content-length',
      String(Buffer.byteLength(text)),
    ])
    this.#reply.end(text)
  }

  /** Whose quota this exchange uses: asked only when a ledger entry is read or written. */
  #payerAt(target: Target): Payer {
    const { headers, query, body } = this.#incoming
    const credential =
      target.credential?.value ?? [...credentialNames.map((name) => headerOf(headers, name)), query].join('\n')
    this.#model ??= topLevelString(body, 'model') ?? ''
    return {
      target,
      account: createHash('sha256').update(credential).digest('base64url').slice(0, 16),
      model: this.#model,
    }
  }
}

/** Where clients put who pays (providers.md 6); some providers take it in the query. */
const credentialNames = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']

/** Which targets one exchange may ask, and what its attempts teach of them for the next. */
import type { Failure } from '../ir/failure.ts'
import { admit, dependsOnLoop, isQuiet, type Admission } from '../routing/admission.ts'
import type { Chain } from '../routing/chains.ts'
import type { Payer } from '../routing/ledger.ts'
import { loopOf, mayEndInLocalLoop, type Loop } from '../routing/loop.ts'
import type { Target } from '../routing/target.ts'
import type { Trial } from '../routing/trial.ts'
import type { Verdict } from '../routing/verdict.ts'
import type { HeaderList } from '../wire/headers.ts'
import { readUsage } from '../wire/usage-headers.ts'
import type { ClientRequest } from './client-request.ts'
import type { Incoming, Services, Turn } from './outcome.ts'
import { accountAt } from './payer.ts'
import type { Reply } from './reply/reply.ts'
import { WatchedReply } from './reply/watched-reply.ts'

/** The share of a quota from which the local model may soon be needed. */
const nearlySpent = 0.9

const nothingTold: ReadonlySet<string> = new Set()

export class Admissions {
  readonly #services: Services
  readonly #incoming: Incoming
  readonly #request: ClientRequest
  readonly #chain: Chain
  /** The windows of which the last head told. */
  #told: { target: Target; windows: ReadonlySet<string> } | undefined
  #loop: Loop | undefined
  #mayBeLocalLoop: boolean | undefined

  /** The request is looked into only where something is known of a target. */
  constructor(services: Services, incoming: Incoming, request: ClientRequest, chain: Chain) {
    this.#services = services
    this.#incoming = incoming
    this.#request = request
    this.#chain = chain
  }

  /** Nothing is known of anybody, so that every target is admitted: costs six look-ups (~50 ns) until a local model has answered. */
  isQuiet(nowMs: number): boolean {
    const { handBack } = this.#services
    if (!isQuiet(this.#services, nowMs)) return false
    return !handBack.isExpected(this.#incoming.dialect) || !this.#isMarked()
  }

  async admit(target: Target): Promise<Admission> {
    const { clock } = this.#services
    const payer = this.#payerAt(target)
    if (this.#isMarked() || dependsOnLoop(payer, this.#services, clock.now())) this.#loop ??= await this.#findLoop()
    const circumstances = {
      isPrimary: target === this.#chain[0],
      isQuestion: this.#incoming.asked !== undefined,
      loop: this.#loop ?? 'none',
    }
    // Nothing is awaited between looking and asking: of a hundred at once, one is admitted to a trial.
    return admit(payer, this.#services, circumstances, clock.now())
  }

  /** The client's end of an attempt, watched where somebody wants to know what happens at it. */
  watch(target: Target, trial: Trial | undefined, headers: HeaderList | undefined, reply: Reply): Reply {
    const { clock, log } = this.#services
    if (!trial && !headers) return reply
    return new WatchedReply(reply, {
      ...(headers && { headers }),
      ...(trial && {
        onBegin: () => {
          trial.began(clock.now())
          log.info(`🪖 ${nameIn(this.#chain, target)} answers again`, { target: target.name })
        },
      }),
    })
  }

  /** Also where the answer went on with another's, and so had no beginning of its own. */
  answered(target: Target, trial: Trial | undefined, nowMs: number): void {
    const { usage } = this.#services
    trial?.began(nowMs)
    this.#isUp(target, nowMs)
    // A question may be answered whatever is spent.
    if (this.#incoming.asked || usage.isEmptyAt(nowMs)) return
    usage.answered(this.#payerAt(target), this.#told?.target === target ? this.#told.windows : nothingTold)
  }

  #isUp(target: Target, nowMs: number): void {
    const { breakers } = this.#services
    if (!breakers.isEmptyAt(nowMs)) breakers.succeeded(this.#payerAt(target), nowMs)
  }

  /** What a provider says of its limits, where it says something. */
  listenerAt(target: Target): Turn['heard'] {
    return target.kind === 'cloud' ? (headers, atMs) => this.#noteUsage(target, headers, atMs) : undefined
  }

  /** Learns from a failure for which the next target was asked. True when the target is left alone from now on. */
  failed(target: Target, failure: Failure, verdict: Verdict, trial: Trial | undefined): boolean {
    if (verdict.action !== 'next') return false
    const { ledger, breakers, clock } = this.#services
    const nowMs = clock.now()
    const limit = verdict.remember
    if (limit) {
      // Questions are counted apart from conversations, except that an empty account is empty for both (providers.md 1.1).
      if (this.#incoming.asked && limit.kind === 'rate-limited') return false
      if (trial) trial.refused(limit, nowMs)
      else {
        ledger.record(this.#payerAt(target), limit, nowMs)
        this.#isUp(target, nowMs)
      }
      return true
    }
    if (!isOfTarget(failure) || this.#isNetworkDown(target, failure)) return false
    const isClosed = trial
      ? trial.failed(failure, nowMs)
      : breakers.failed(this.#payerAt(target), failure, false, nowMs)
    if (isClosed) {
      const name = nameIn(this.#chain, target)
      this.#services.log.warn(`⚠️ ${name} keeps failing: it is left alone for a while`, { target: target.name })
    }
    return isClosed
  }

  /** The local model of the chain will soon be needed: once for as long as that is so. */
  expectLocal(target: Target, why: string, untilMs: number): void {
    const { warmUp } = this.#services
    if (!warmUp.looksAhead) return
    const reason = [target.name, this.#payerAt(target).account, why].join('\n')
    warmUp.expect(this.#chain, reason, untilMs, async () => {
      const decoded = this.#incoming.asked ? undefined : await this.#request.decode()
      return decoded?.ok ? { request: decoded.request, asking: this.#incoming } : undefined
    })
  }

  /** A trial that ended without an answer of any kind. */
  release(trial: Trial | undefined): void {
    trial?.release(this.#services.clock.now())
  }

  /** Then nobody is to blame: whether it is up again is found out elsewhere (network-watch.ts). */
  #isNetworkDown(target: Target, failure: Failure): boolean {
    return target.kind === 'cloud' && isUnreachable(failure) && this.#services.network.lost(target.url.origin)
  }

  #noteUsage(target: Target, headers: HeaderList, nowMs: number): void {
    const { usage } = this.#services
    const windows = readUsage(headers, nowMs)
    if (windows.length === 0) return
    usage.note(this.#payerAt(target), windows, nowMs)
    this.#told = { target, windows: new Set(windows.map(({ window }) => window)) }
    for (const { window, used, resetsAtMs } of windows)
      if (used >= nearlySpent) this.expectLocal(target, window, resetsAtMs)
  }

  /** A local model may have made the call whose result this is. A question is no turn of anybody's. */
  #isMarked(): boolean {
    this.#mayBeLocalLoop ??= this.#incoming.asked === undefined && mayEndInLocalLoop(this.#incoming.body)
    return this.#mayBeLocalLoop
  }

  async #findLoop(): Promise<Loop> {
    const decoded = await this.#request.decode()
    return decoded.ok ? loopOf(decoded.request) : 'none'
  }

  /** Whose quota this exchange uses. */
  #payerAt(target: Target): Payer {
    const { headers, query } = this.#incoming
    const payer = { target, account: accountAt(target, headers, query), model: this.#request.model() }
    this.#services.payers.note(payer)
    return payer
  }
}

/** Failures that are the target's own; what is wrong with a request says nothing of others. */
function isOfTarget({ kind }: Failure): boolean {
  return ['overloaded', 'server-error', 'network', 'timeout', 'malformed-answer'].includes(kind)
}

/** No connection to it can be made, and it has not refused one. */
function isUnreachable(failure: Failure): boolean {
  if (failure.kind === 'network') return failure.problem === 'dns' || failure.problem === 'unreachable'
  return failure.kind === 'timeout' && failure.phase === 'connect'
}

function nameIn([primary]: Chain, target: Target): string {
  return target === primary && target.kind === 'cloud' ? 'Primary' : target.name
}

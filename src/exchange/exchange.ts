/** One request's life: plan -> attempts -> reply. */
import { mayWorkInSilence } from '../context/adapt/reasoning.ts'
import type { Failure } from '../ir/failure.ts'
import { chainFor, type Chain } from '../routing/chains.ts'
import { modelAt } from '../routing/model-map.ts'
import { speaks, type Target } from '../routing/target.ts'
import type { Trial } from '../routing/trial.ts'
import { judge } from '../routing/verdict.ts'
import type { Patience } from '../upstream/patience.ts'
import { headerText, type HeaderList } from '../wire/headers.ts'
import { glanceAtModel } from '../wire/top-level.ts'
import { Admissions } from './admissions.ts'
import { Attempts } from './attempts.ts'
import { ClientRequest } from './client-request.ts'
import { ClientSide } from './client-side.ts'
import { withStory } from './errors.ts'
import { endOf } from './continue.ts'
import { keepAliveMs, pause } from './reply/signs-of-life.ts'
import { answeredByOllama } from './local/ollama-only.ts'
import type { OpenAnswer } from './translate/open-answer.ts'
import type { Broken, Incoming, Outcome, Services, Turn } from './outcome.ts'
import { Race, type Asked } from './race.ts'
import type { Reply } from './reply/reply.ts'
import { ExchangeRecord } from './record.ts'
import { memoryOf, type ResponsesMemory } from './responses/responses-memory.ts'
import { answerHeaders } from './translate/sink.ts'
import { Story } from './story.ts'
import { isUnreadCall, tellUnread } from './translate/spoken.ts'
import { decodeBody } from './translate/translate.ts'

/** Answers one conversation request, in the client's dialect, whatever the targets do. Rejects only on a fault of Trooper's own. */
export function runExchange(services: Services, incoming: Incoming, reply: Reply): Promise<void> {
  return new Exchange(services, incoming, reply).run()
}

type Unanswered = Exclude<Outcome, { type: 'answered' }>

/** A provider that begins to refuse or to fail may need its local model for about so long. */
const troubleMs = 10 * 60_000

class Exchange {
  readonly #services: Services
  readonly #incoming: Incoming
  readonly #client: ClientSide
  readonly #story: Story
  readonly #memory: ResponsesMemory | undefined
  readonly #chain: Chain
  readonly #admissions: Admissions
  /** Whom nobody need ask while others answer. */
  readonly #postponed: Target[] = []
  readonly #deadlineMs: number
  readonly #request: ClientRequest
  readonly #attempts: Attempts
  readonly #record: ExchangeRecord

  constructor(services: Services, incoming: Incoming, reply: Reply) {
    this.#services = services
    this.#incoming = incoming
    const model = glanceAtModel(incoming.body)
    this.#chain = chainFor(services.chains, incoming.dialect, model)
    this.#story = new Story(services, this.#chain)
    const nowMs = services.clock.now()
    this.#record = new ExchangeRecord(services, incoming, model, nowMs)
    this.#client = new ClientSide(services, incoming.dialect, this.#record.watch(reply), nowMs)
    this.#deadlineMs = nowMs + services.times.exchangeMs
    this.#memory = memoryOf(services, incoming)
    const request = new ClientRequest(services, incoming, this.#memory, model)
    this.#request = request
    this.#attempts = new Attempts(services, incoming, request, this.#client, this.#story, this.#memory, this.#chain)
    this.#admissions = new Admissions(services, incoming, request, this.#chain)
  }

  async run(): Promise<void> {
    try {
      if (this.#incoming.dialect === 'ollama' && (await this.#answerByOllama())) return
      const turn = this.#usualTurn()
      if (!turn) return await this.#askChain(this.#chain)
      const unanswered = this.#settle(turn, undefined, await this.#ask(turn, undefined))
      if (unanswered && (await this.#tryTarget(turn, undefined, unanswered)) === 'next')
        await this.#askChain(this.#chain.slice(1))
    } finally {
      this.#record.over(this.#client.reply.isGone, this.#services.clock.now())
    }
  }

  /** Nearly always the first target is asked, and answers. Such an exchange awaits nothing but that: each promise more costs ~0.5 µs. */
  #usualTurn(): Turn | undefined {
    const [first] = this.#chain
    const isUsual = first.kind === 'cloud' && !this.#mayRace(this.#chain)
    const { atMs } = this.#record.entry
    return isUsual && this.#admissions.isQuiet(atMs)
      ? this.#turnOf(first, this.#client.reply, undefined, atMs)
      : undefined
  }

  async #askChain(targets: readonly Target[]): Promise<void> {
    if (await this.#askAll(targets, (turn) => this.#tryAdmitted(turn))) return
    await this.#askOthers()
  }

  /** Nobody has answered who was asked first. */
  async #askOthers(): Promise<void> {
    const ask = (turn: Turn): Promise<Asked> => this.#tryTarget(turn, undefined)
    if (await this.#askAll(this.#postponed, ask)) return
    // What only the provider understands is asked of it even while it rests: its own answer is the best there is.
    const resting = this.#story.findResting((target) => speaks(target, this.#incoming.dialect))
    if (this.#request.decoded?.ok === false && resting && (await this.#askAll([resting], ask))) return
    this.#giveUp()
  }

  /** True when it was nothing that a cloud could do. */
  async #answerByOllama(): Promise<boolean> {
    const decoded = await this.#request.decode()
    if (!decoded.ok) return false
    const { reply } = this.#client
    return answeredByOllama(this.#services, this.#chain, this.#incoming, decoded.request, this.#record, reply)
  }

  /** False when nobody was left to ask. */
  async #askAll(targets: readonly Target[], ask: (turn: Turn) => Promise<Asked>): Promise<boolean> {
    if (this.#mayRace(targets) && !(await this.#namesServers())) return this.#race(targets, ask)
    for (const target of targets) if ((await ask(this.#turnAt(target))) === 'done') return true
    return false
  }

  #turnAt(target: Target): Turn {
    if (target.kind === 'local') this.#client.expectToWait()
    return this.#turnOf(target, this.#client.reply, undefined)
  }

  #mayRace(targets: readonly Target[]): boolean {
    return this.#services.times.onSlow === 'race' && targets.length > 1
  }

  /** Whoever answers has its MCP servers run tools: two at once would have them run twice. */
  async #namesServers(): Promise<boolean> {
    if (!this.#incoming.body.includes('"mcp')) return false
    const decoded = await this.#request.decode()
    return decoded.ok && decoded.request.mcp !== undefined
  }

  #race(targets: readonly Target[], ask: (turn: Turn) => Promise<Asked>): Promise<boolean> {
    // Those who race write through it, so that it has to stand before them.
    this.#client.expectToWait()
    return new Race(targets, this.#client.reply, {
      ask: (target, reply, race) => ask(this.#turnOf(target, reply, race)),
      // What the client has the beginning of, one target goes on with.
      mayRace: () => !this.#client.answer,
      onLate: (target) => this.#story.addLate(target),
      onLost: (target) => {
        this.#story.tellLost(target)
        this.#record.lost(target)
      },
    }).run()
  }

  #turnOf(target: Target, reply: Reply, race: Patience['race'], sinceMs = this.#services.clock.now()): Turn {
    const { asked, asksForStream } = this.#incoming
    // A target of another dialect is always asked for a stream, and what is no conversation needs no model.
    const isStream = asksForStream || asked !== undefined || !this.#attempts.isRelayed(target)
    const { limits, thinking } = this.#services.times.limitsOf(target, isStream ? 'stream' : 'whole')
    const mayThink = (): boolean => this.#mayThink(target)
    const record = this.#record.attempt(target, sinceMs)
    const patience = { limits, thinking, mayThink, deadlineMs: this.#deadlineMs, race, milestones: record }
    return { target, sinceMs, reply, patience, record, heard: this.#admissions.listenerAt(target) }
  }

  #turnAgain({ target, reply, patience }: Turn): Turn {
    return this.#turnOf(target, reply, patience.race)
  }

  #mayThink(target: Target): boolean {
    if (this.#incoming.asked) return false
    const decoded = this.#request.decoded ?? decodeBody(this.#incoming)
    const asked = decoded.ok ? decoded.request : { tools: [] }
    return mayWorkInSilence(asked, modelAt(target, this.#request.model()))
  }

  #tryAdmitted(turn: Turn): Promise<Asked> {
    return this.#admissions.isQuiet(turn.sinceMs) ? this.#tryTarget(turn, undefined) : this.#tryIfAdmitted(turn)
  }

  async #tryIfAdmitted(turn: Turn): Promise<Asked> {
    const admission = await this.#admissions.admit(turn.target)
    if (admission.is === 'skip') {
      this.#story.addResting(turn.target, admission.failure)
      turn.record.skipped(admission.failure, admission.rest)
      if (admission.isPostponed) this.#postponed.push(turn.target)
      return 'next'
    }
    try {
      return await this.#tryTarget(turn, admission.trial)
    } finally {
      this.#admissions.release(admission.trial)
    }
  }

  /** Asks one target, again where that is worth it; `next` when another one has to answer. `known`: what came of it when it was asked before. */
  async #tryTarget(first: Turn, trial: Trial | undefined, known?: Unanswered): Promise<Asked> {
    const { target, sinceMs } = first
    const { policy, clock } = this.#services
    const refusal = known ? undefined : await this.#prepare(target)
    if (refusal) {
      this.#story.addFailed(target, refusal, undefined)
      first.record.skipped(refusal)
      return 'next'
    }
    let turn = first
    let retries = 0
    let unsettled = known
    this.#story.announce(target)
    for (;;) {
      const outcome = unsettled ?? this.#settle(turn, trial, await this.#ask(turn, trial))
      unsettled = undefined
      if (!outcome) return 'done'
      if (outcome.type === 'failed' && outcome.isBegun) turn = this.#inBegunStream(turn)
      const isOver = outcome.type === 'broken' && (await this.#isOver(outcome, turn))
      if (!isOver && retries === 0 && (await this.#attempts.hasLearned(target, outcome.failure))) {
        if (turn.reply.isGone) return 'done'
        retries += 1
        turn = this.#turnAgain(turn)
        continue
      }
      if (!isOver && retries === 0 && this.#isUnread(target, outcome.failure)) {
        retries += 1
        turn = { ...this.#turnAgain(turn), wanted: 'whole' }
        continue
      }
      const isFallback = target !== this.#chain[0]
      const nowMs = clock.now()
      const times = { waitedMs: nowMs - sinceMs, leftMs: this.#deadlineMs - nowMs, nowMs }
      const verdict = judge(outcome.failure, { target, isFallback, retries, policy, ...times })
      const rests = this.#admissions.failed(target, outcome.failure, verdict, trial)
      if (target.kind === 'cloud' && (rests || outcome.failure.kind === 'rate-limited'))
        this.#admissions.expectLocal(target, outcome.failure.kind, nowMs + troubleMs)
      if (isOver) return 'done'
      switch (verdict.action) {
        case 'stop':
          return 'done'
        case 'give':
          this.#giveFailure(turn, outcome)
          return 'done'
        case 'retry':
          turn = await this.#pause(verdict.afterMs, turn)
          // Its client left, or another one spoke meanwhile: nobody is asked again.
          if (turn.reply.isGone) return 'done'
          turn = this.#turnAgain(turn)
          // Waiting until it is ready is no try.
          if (outcome.failure.kind !== 'loading') retries += 1
          break
        case 'next':
          if (outcome.type === 'broken') this.#story.addBroken(target, outcome.failure)
          else this.#story.addFailed(target, outcome.failure, outcome.original)
          return 'next'
      }
    }
  }

  #ask(turn: Turn, trial: Trial | undefined): Promise<Outcome> {
    turn.record.begins(this.#attempts.wayTo(turn.target))
    return this.#attempts.make(this.#watched(turn, trial))
  }

  /** `undefined`: it is an answer. */
  #settle({ target, record }: Turn, trial: Trial | undefined, outcome: Outcome): Unanswered | undefined {
    const endMs = this.#services.clock.now()
    record.ended(outcome, endMs)
    if (outcome.type !== 'answered') return outcome
    this.#admissions.answered(target, trial, endMs)
    return undefined
  }

  /** A call in an answer that has begun: where nothing of it was shown, the attempt itself has asked again. */
  #isUnread(target: Target, failure: Failure): boolean {
    const isUnread = this.#client.answer !== undefined && isUnreadCall(failure, target)
    if (isUnread) tellUnread(this.#services, target)
    return isUnread
  }

  /** Of a local target, which is made sure of before anything is sent there. */
  #prepare(target: Target): Promise<Failure | undefined> | undefined {
    return target.kind === 'local' && !this.#incoming.asked ? this.#services.locals.prepare(target) : undefined
  }

  #watched(turn: Turn, trial: Trial | undefined): Turn {
    const reply = this.#admissions.watch(turn.target, trial, this.#fallbackHeaders(turn.target), turn.reply)
    return reply === turn.reply ? turn : { ...turn, reply }
  }

  /** A translated answer has its own; what is relayed says nothing of Trooper while it comes from the first target. */
  #fallbackHeaders(target: Target): HeaderList | undefined {
    const reason = this.#story.first?.failure.kind
    if (reason === undefined || !this.#attempts.isRelayed(target)) return undefined
    return answerHeaders(target, { reason, omitted: undefined })
  }

  /** Whoever answers now writes into the stream that is there. */
  #inBegunStream(turn: Turn): Turn {
    this.#client.begun()
    return { ...turn, reply: this.#client.reply }
  }

  /** An answer that broke off: whether nobody need go on with it, or nobody can. */
  async #isOver(broken: Broken, turn: Turn): Promise<boolean> {
    this.#client.answer ??= await this.#takeUp(broken)
    const end =
      this.#client.answer && this.#request.decoded?.ok
        ? endOf(this.#client.answer, this.#request.decoded.request)
        : 'untold'
    if (end === 'untold') this.#giveFailure(turn, broken)
    if (end === 'ended') this.#record.settled(turn.target)
    return end !== 'open'
  }

  async #takeUp(broken: Broken): Promise<OpenAnswer | undefined> {
    if (this.#client.reply.isGone) return undefined
    const decoded = await this.#request.decode()
    const memory = this.#memory
    return decoded.ok ? broken.takeUp(decoded.request, (frames) => memory?.keepEnd(frames)) : undefined
  }

  /** A stream that waits is begun meanwhile, so that its client sees signs of life: where it waits alone, the turn has another reply then. */
  async #pause(ms: number, turn: Turn): Promise<Turn> {
    const isAlone = turn.reply === this.#client.reply
    const decoded = ms > keepAliveMs ? await this.#request.decode() : undefined
    const isStream = decoded?.ok === true && decoded.request.stream
    await pause(this.#services.clock, turn.reply, ms, () => {
      if (isStream) this.#client.keepAlive(!this.#attempts.isRelayed(turn.target))
    })
    return isAlone ? { ...turn, reply: this.#client.reply } : turn
  }

  /** Everything failed: the first target's own answer, as it said it or in its words, else a sentence that names what was tried. */
  #giveUp(): void {
    if (this.#client.reply.isGone) return
    const { first, told } = this.#story
    // Why nobody but the provider can read the request is Trooper's own to say: a path in it, and what is wrong there.
    const unread = this.#request.decoded?.ok === false ? ` (${this.#request.decoded.failure.message})` : ''
    const story = this.#story.tell() + unread
    this.#services.log.error(`❌ Nobody could answer: ${story}`)
    const firstOfAll = first && { ...first.failure, message: `${first.failure.message} (Trooper: ${story})` }
    if (this.#client.answer && firstOfAll) return this.#client.tell(this.#client.answer, firstOfAll)
    const reply = this.#client.reply
    // It alone knows of a way: to ask again, soon.
    const full = this.#story.findFull()
    if (full) return this.#client.give(reply, undefined, full)
    if (told && !this.#request.isUnknownHistory)
      return this.#client.give(reply, withStory(told.original, headerText(story)), told.failure)
    if (this.#request.decoded?.ok === false) return this.#client.give(reply, undefined, this.#request.decoded.failure)
    if (first?.rests && firstOfAll) return this.#client.give(reply, undefined, firstOfAll)
    const message = `Trooper found nobody to answer: ${story}`
    this.#client.give(reply, undefined, { kind: 'server-error', status: 502, message })
  }

  #giveFailure({ target, reply }: Turn, outcome: Unanswered): void {
    if (outcome.type === 'failed' && outcome.failure.kind === 'timeout') this.#story.tellOutOfTime(target)
    if (outcome.type === 'failed' && !this.#client.answer)
      return this.#client.give(reply, outcome.original, outcome.failure)
    this.#story.tellBroken(target, outcome.failure)
    if (this.#client.answer) this.#client.tell(this.#client.answer, outcome.failure)
    else if (outcome.type === 'broken') outcome.tell()
  }
}

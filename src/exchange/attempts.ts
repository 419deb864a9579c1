/** What is done to ask one target: its bytes are passed on, its answer translated, or an answer that broke off gone on with. */
import type { Failure } from '../ir/failure.ts'
import type { JsonObject } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Chain } from '../routing/chains.ts'
import { modelAt } from '../routing/model-map.ts'
import type { Target } from '../routing/target.ts'
import type { ClientRequest } from './client-request.ts'
import type { ClientSide } from './client-side.ts'
import { continueAnswer } from './continue.ts'
import { createDrafts, type Drafts } from './translate/draft.ts'
import { commentOf } from './reply/signs-of-life.ts'
import { attemptLocal } from './local/local-attempt.ts'
import type { OpenAnswer } from './translate/open-answer.ts'
import { misdirected } from './misdirected.ts'
import type { Incoming, Outcome, Services, Turn } from './outcome.ts'
import { answerModels, answerTokens, rememberModels } from './question.ts'
import { isRelayed as passesBytes, relay } from './relay/relay.ts'
import { RelayedBody } from './relay/relayed-body.ts'
import type { ResponsesMemory } from './responses/responses-memory.ts'
import { answerHeaders } from './translate/sink.ts'
import type { Story } from './story.ts'
import { translate } from './translate/translate.ts'
import { WatchedReply } from './reply/watched-reply.ts'

export class Attempts {
  readonly #services: Services
  readonly #incoming: Incoming
  readonly #request: ClientRequest
  readonly #client: ClientSide
  readonly #story: Story
  readonly #memory: ResponsesMemory | undefined
  readonly #first: Target | undefined
  readonly #body: RelayedBody
  #drafts: Drafts | undefined

  constructor(
    services: Services,
    incoming: Incoming,
    request: ClientRequest,
    client: ClientSide,
    story: Story,
    memory: ResponsesMemory | undefined,
    chain: Chain,
  ) {
    this.#services = services
    this.#incoming = incoming
    this.#request = request
    this.#client = client
    this.#story = story
    this.#memory = memory
    this.#first = chain[0]
    this.#body = new RelayedBody(services, incoming, memory, chain)
  }

  make(turn: Turn): Promise<Outcome> {
    const failure = this.#misdirected(turn.target)
    if (failure) return Promise.resolve({ type: 'failed', failure })
    if (turn.target.kind === 'cloud' || this.#incoming.asked) return this.#ask(turn)
    return this.#askLocal(turn)
  }

  /** What Trooper answers itself carries no key anywhere. */
  #misdirected(target: Target): Failure | undefined {
    const { asked, headers, query } = this.#incoming
    return asked && !this.isRelayed(target) ? undefined : misdirected(this.#services, target, headers, query)
  }

  async #askLocal(turn: Turn): Promise<Outcome> {
    const decoded = await this.#request.decode()
    if (!decoded.ok) return { type: 'failed', failure: decoded.failure }
    const { stream } = decoded.request
    return attemptLocal(this.#services, this.#incoming, turn, stream ? this.#client : undefined, (here) =>
      this.#ask(here),
    )
  }

  #ask(turn: Turn): Promise<Outcome> {
    if (this.#client.answer) return this.#continue(turn, this.#client.answer)
    if (!this.isRelayed(turn.target)) return this.#answerItself(turn)
    return turn.patience.race ? this.#client.expectRelay(this.#relay(turn)) : this.#relay(turn)
  }

  async #answerItself(turn: Turn): Promise<Outcome> {
    this.#services.handBack.expect(this.#incoming.dialect)
    const { asked, dialect } = this.#incoming
    if (asked?.question.about === 'models')
      return answerModels(this.#services, dialect, this.#request.account(), asked.question.id, turn.reply)
    const decoded = await this.#request.decode()
    if (asked) return answerTokens(dialect, decoded, turn.reply)
    return decoded.ok ? this.#translate(turn, decoded.request) : { type: 'failed', failure: decoded.failure }
  }

  /** Nothing is awaited, and nothing copied, where the bytes go on as they are. */
  #relay(turn: Turn): Promise<Outcome> {
    if (this.#body.isUnchanged(turn.target))
      return relay(this.#services, this.#incoming, turn, this.#listener(turn.target))
    return this.#relayChanged(turn)
  }

  async #relayChanged(turn: Turn): Promise<Outcome> {
    const { body, omitted } = await this.#body.for(turn.target, this.#request.model())
    const headers = omitted === undefined ? undefined : ['X-Trooper-Omitted', omitted]
    const reply = headers ? new WatchedReply(turn.reply, { headers }) : turn.reply
    return relay(this.#services, { ...this.#incoming, body }, { ...turn, reply }, this.#listener(turn.target))
  }

  /** Who wants to know the answer of a provider besides the client. */
  #listener(target: Target): ((text: string) => void) | undefined {
    const { asked } = this.#incoming
    const memory = this.#memory
    if (asked?.question.about === 'models' && asked.question.id === undefined)
      return (text) => rememberModels(this.#services.modelLists, this.#request.account(), text)
    return memory && !asked ? (text) => memory.keepRelayed(text, this.#body.isHome(target)) : undefined
  }

  #translate(turn: Turn, request: ChatRequest): Promise<Outcome> {
    const memory = this.#memory
    const reason = this.#story.first?.failure.kind
    this.#drafts ??= createDrafts(this.#services, this.#incoming.dialect, request)
    const draft = this.#drafts(modelAt(turn.target, request.model), reason !== undefined)
    this.#client.expectDraft(draft)
    const onAnswer = memory && ((response: () => JsonObject): void => memory.keepLocal(response))
    return translate(this.#services, { incoming: this.#incoming, request, turn, draft, reason, onAnswer })
  }

  async #continue(turn: Turn, answer: OpenAnswer): Promise<Outcome> {
    const decoded = await this.#request.decode()
    if (!decoded.ok) return { type: 'failed', failure: decoded.failure }
    this.#services.handBack.expect(this.#incoming.dialect)
    const remarks = { reason: this.#story.first?.failure.kind, omitted: undefined }
    turn.reply.write(commentOf(this.#incoming.dialect, answerHeaders(turn.target, remarks)))
    const outcome = await continueAnswer(this.#services, this.#incoming, decoded.request, answer, turn)
    if (outcome.type !== 'broken') return outcome
    return { ...outcome, takeUp: () => answer, tell: () => this.#client.tell(answer, outcome.failure) }
  }

  /** How the target is going to be asked. */
  wayTo(target: Target): 'relay' | 'translate' | 'seam' {
    if (this.#client.answer) return 'seam'
    return this.isRelayed(target) ? 'relay' : 'translate'
  }

  /** The target's bytes go to the client as they are. */
  isRelayed(target: Target): boolean {
    if (!passesBytes(target, this.#incoming) || this.#client.isBound) return false
    // Another one would take the few new words for the whole of the conversation.
    return target === this.#first || !this.#request.mayNameThread()
  }

  /** What the refusal taught makes the same target worth a repeat: that its history needs mending, or the true size of the memory. */
  async hasLearned(target: Target, failure: Failure): Promise<boolean> {
    if (this.isRelayed(target)) return this.#body.hasLearned(target, failure)
    return target.kind === 'local' && this.#services.locals.doubt(failure, target)
  }
}

/** An answer that MCP servers take part in: the model is asked, its calls are run, and it is asked again with their results, until it has answered. */
import { madeHere } from '../../dialects/made-here.ts'
import { toldResult, type McpResult } from '../../ir/answer.ts'
import type { Finish, StreamEvent, Usage } from '../../ir/events.ts'
import { withFreeChoice } from '../../ir/free-choice.ts'
import type { McpCall, McpTool } from '../../ir/mcp.ts'
import type { ChatRequest, Message, ToolResultPart } from '../../ir/request.ts'
import { toldCall } from '../../ir/unfold.ts'
import { addUsage } from '../../ir/usage.ts'
import type { Listed, Offer } from '../../mcp-client/offer.ts'
import { passes } from '../../mcp-client/passes.ts'
import type { Ran } from '../../mcp-client/ran.ts'
import { createRound, type Round, type RoundCall, type Rounds } from '../../mcp-client/round.ts'
import type { ServersOfAnswer, Wanted } from './servers.ts'
import { clientGone, type Failed, type Services, type Turn } from '../outcome.ts'
import { SinkBefore, type AnswerSink } from '../translate/sink.ts'
import type { CallOutcome } from '../translate/translated-call.ts'
import type { Waited } from '../wait.ts'

/** More rounds than any task needs: a model that goes round in circles is asked for its answer. */
const mostRounds = 25

/** How a model is asked: one question, and messages made ready for it. */
export interface Asking {
  ask: (question: ChatRequest, sink: AnswerSink) => Promise<CallOutcome>
  prepare: (messages: Message[]) => Promise<Message[]>
}

/** What takes part. */
export interface Part {
  offer: Offer
  servers: Pick<ServersOfAnswer, 'run'>
  listed: readonly Listed[]
  /** What the client is told of first. */
  lists: readonly StreamEvent[]
  /** Calls that the client has allowed. */
  approved: readonly McpCall[]
  ran: Ran
}

type Means = Pick<Services, 'log' | 'unique'>
type Asked = Pick<Turn, 'target' | 'reply'>

export class AnswerInRounds {
  readonly #log: Services['log']
  readonly #turn: Asked
  readonly #part: Part
  readonly #sink: AnswerSink
  readonly #asking: Asking
  readonly #rounds: Rounds
  readonly #told: StreamEvent[] = []
  #usage: Usage
  #failures = 0

  constructor({ log, unique }: Means, turn: Asked, part: Part, sink: AnswerSink, asking: Asking) {
    this.#log = log
    this.#turn = turn
    this.#part = part
    this.#sink = sink
    this.#asking = asking
    const { offer, ran } = part
    const newId = (): string => `${madeHere}${unique()}`
    this.#rounds = { offer, free: ran.free, newId, emit: (event) => this.#emit(event) }
    this.#usage = ran.usage
  }

  async give(question: ChatRequest): Promise<CallOutcome> {
    const before = this.#part.ran.calls
    try {
      return (await this.#runApproved()) ?? (await this.#askInRounds(question))
    } finally {
      this.#tell(this.#part.ran.calls - before)
    }
  }

  async #askInRounds(question: ChatRequest): Promise<CallOutcome> {
    const { offer, ran, lists } = this.#part
    let next = await this.#extended(question, ran.messages)
    let opening: StreamEvent[] | undefined = [...lists, ...ran.events]
    for (let rounds = ran.rounds; ; rounds += 1) {
      const isLast = rounds >= mostRounds || ran.calls >= offer.mostCalls
      const round = createRound(this.#rounds, opening)
      opening = undefined
      const free = rounds === 0 ? next : withFreeChoice(next)
      const asked = isLast ? offer.withdraw(free) : rounds === 0 ? offer.force(free) : free
      const outcome = await this.#asking.ask(this.#limited(asked), this.#sinkOf(round))
      const { finish } = round
      if (outcome.type !== 'answered' || !finish) return outcome
      this.#usage = addUsage(this.#usage, finish.usage)
      const results = await this.#run(round, isLast, question.parallelToolCalls === false)
      if (results.is === 'over') return this.#over(results.outcome)
      const isSpent = this.#left(question) === 0
      if (isLast || isSpent || mustEnd(round, finish)) return this.#end(round, endOf(finish, round, isSpent))
      const messages: Message[] = [
        { role: 'assistant', content: round.said() },
        { role: 'tool', content: results.value },
      ]
      this.#remember(messages, rounds + 1)
      next = await this.#extended(next, messages)
    }
  }

  /** Before anything is asked: what comes of them is part of the question. */
  async #runApproved(): Promise<CallOutcome | undefined> {
    const { approved, listed, ran } = this.#part
    const calls = approved.filter(({ approvalId = '' }) => !ran.approved.includes(approvalId))
    const placeOf = (call: McpCall): Listed | undefined => listed.find(({ server }) => server.label === call.server)
    const wanted = calls.map((call): Wanted => {
      const at = placeOf(call)
      const tool = at?.list.tools.find((one) => one.name === call.name && passes(one, at.server.offered))
      return tool ? this.#calling(call, tool) : refused('This tool cannot be called here.')
    })
    const done = await this.#runAll(wanted, false, (result, at) => {
      const call = calls[at]
      if (!call) return
      ran.approved.push(call.approvalId ?? '')
      ran.messages.push(...toldCall(call, result))
      if (!placeOf(call)) return
      const index = ran.free++
      ran.events.push({ type: 'mcp-call-start', index, call }, { type: 'mcp-call-end', index, result })
    })
    this.#rounds.free = ran.free
    return done.is === 'over' ? done.outcome : undefined
  }

  async #run(round: Round, isLast: boolean, isSerial: boolean): Promise<Waited<ToolResultPart[]>> {
    const results: ToolResultPart[] = []
    const wanted = round.calls.map((made) => this.#wantedOf(made, isLast))
    const done = await this.#runAll(wanted, isSerial, (result, at) => {
      const made = round.calls[at]
      if (!made) return
      this.#emit({ type: 'mcp-call-end', index: made.index, result })
      this.#sink.flush()
      results.push({ type: 'tool-result', callId: made.callId, ...toldResult(result) })
    })
    return done.is === 'over' ? done : { is: 'here', value: results }
  }

  #wantedOf({ call, called, isSound }: RoundCall, isLast: boolean): Wanted {
    const { ran, offer } = this.#part
    if (called.is === 'unknown') return refused(`The server has no tool '${called.name}'.`)
    if (!isSound) return refused('The arguments are no JSON object.')
    if (isLast || ran.calls >= offer.mostCalls) return refused('No more tools may be called in this answer.')
    return this.#calling(call, called.tool)
  }

  #calling(call: McpCall, tool: McpTool): Wanted {
    this.#part.ran.calls += 1
    return { call, tool }
  }

  async #runAll(
    wanted: readonly Wanted[],
    isSerial: boolean,
    onResult: (result: McpResult, at: number) => void,
  ): Promise<Waited<void>> {
    if (wanted.length === 0) return { is: 'here', value: undefined }
    if (this.#turn.reply.isGone) return { is: 'over', outcome: clientGone }
    return this.#part.servers.run(wanted, isSerial, (result, at) => {
      const one = wanted[at]
      const isCall = one !== undefined && 'call' in one
      if (isCall && (result.type === 'failed' || result.isError)) this.#failures += 1
      onResult(result, at)
    })
  }

  async #extended(question: ChatRequest, messages: readonly Message[]): Promise<ChatRequest> {
    if (messages.length === 0) return question
    return { ...question, messages: [...question.messages, ...(await this.#asking.prepare([...messages]))] }
  }

  /** The limit of the answer is one for all rounds. */
  #limited(question: ChatRequest): ChatRequest {
    const left = this.#left(question)
    if (left === undefined) return question
    return { ...question, sampling: { ...question.sampling, maxOutputTokens: left } }
  }

  #left({ sampling }: ChatRequest): number | undefined {
    const { maxOutputTokens } = sampling
    if (maxOutputTokens === undefined) return undefined
    return Math.max(0, maxOutputTokens - (this.#usage.outputTokens ?? 0))
  }

  /** As long as the client has nothing, another model may have to go on from here. */
  #remember(messages: Message[], rounds: number): void {
    if (this.#sink.isCommitted) return
    const { ran } = this.#part
    ran.events = [...this.#told]
    ran.messages.push(...messages)
    ran.usage = this.#usage
    ran.rounds = rounds
    ran.free = this.#rounds.free
  }

  #end(round: Round, finish: Finish): CallOutcome {
    round.release()
    this.#emit({ ...finish, usage: this.#usage })
    this.#sink.flush()
    return { type: 'answered' }
  }

  #over({ failure }: Failed): CallOutcome {
    const isBroken = this.#sink.isCommitted && failure.kind !== 'client-gone'
    return { type: isBroken ? 'broken' : 'failed', failure }
  }

  #emit(event: StreamEvent): void {
    this.#sink.event(event)
    if (event.type !== 'start' && event.type !== 'mcp-list') this.#told.push(event)
  }

  /** The end of a round is not yet that of the answer. */
  #sinkOf({ event }: Round): AnswerSink {
    return new SinkBefore(this.#sink, event)
  }

  /** How much was done, and nothing of what. */
  #tell(calls: number): void {
    if (calls === 0) return
    const { name } = this.#turn.target
    const failed = this.#failures === 0 ? '' : `, ${this.#failures} without success`
    this.#log.info(`🔌 ${name}: MCP servers ran ${calls === 1 ? '1 call' : `${calls} calls`}${failed}`, {
      target: name,
      mcpCalls: calls,
      mcpFailures: this.#failures,
    })
  }
}

function refused(message: string): Wanted {
  return { known: { type: 'failed', fault: { kind: 'protocol', code: -32_602, message } } }
}

function mustEnd(round: Round, { reason }: Finish): boolean {
  return round.calls.length === 0 || round.kept !== 'nothing' || (reason !== 'stop' && reason !== 'tool-calls')
}

/** Calls that a server ran are no reason to stop for the client. */
function endOf(finish: Finish, { kept, calls }: Round, isSpent: boolean): Finish {
  const { rawReason: _, ...rest } = finish
  if (kept === 'calls') return { ...rest, reason: 'tool-calls' }
  if (kept === 'nothing' && calls.length === 0) return finish
  const reason = isSpent && kept === 'nothing' ? 'length' : finish.reason
  return { ...rest, reason: reason === 'tool-calls' ? 'stop' : reason }
}

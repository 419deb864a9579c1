/** Goes on with an answer that broke off: another target writes its rest, behind a seam that the client does not see (DESIGN 6). */
import { createCallIds } from '../context/adapt/call-ids.ts'
import { fitToolNames } from '../context/adapt/tool-names.ts'
import type { Emit } from '../ir/events.ts'
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import { unfold } from '../ir/unfold.ts'
import { modelAt } from '../routing/model-map.ts'
import type { Target } from '../routing/target.ts'
import { continuationOf } from '../seam/continuation.ts'
import type { Way } from '../seam/overlap.ts'
import { endWithCalls } from '../seam/blocks.ts'
import { findMissing } from '../seam/plan.ts'
import { wayAt, type Prefill } from '../seam/prefill.ts'
import { createSplice } from '../seam/splice.ts'
import { awaitModel } from './local/local-attempt.ts'
import type { Losses } from './translate/losses.ts'
import { openMcp, prepareMessages, type McpTurn } from './mcp/turn.ts'
import type { OpenAnswer } from './translate/open-answer.ts'
import type { Incoming, Services, Turn } from './outcome.ts'
import { callOf } from './translate/outgoing-call.ts'
import { prepareRequest } from './translate/prepare.ts'
import { beside, type AnswerSink } from './translate/sink.ts'
import { hearing } from './translate/spoken.ts'
import { restoring } from './translate/translate.ts'
import { callTranslated, type CallOutcome } from './translate/translated-call.ts'
import { askInWindow } from './local/window.ts'

export async function continueAnswer(
  services: Services,
  incoming: Incoming,
  request: ChatRequest,
  answer: OpenAnswer,
  turn: Turn,
): Promise<CallOutcome> {
  const losses = services.lossesAt(turn.target.name)
  const begun = { begun: answer.gathered.content }
  const opened = await openMcp(services, incoming, request, turn, begun, losses.warn)
  if (opened.is === 'over') return opened.outcome
  try {
    return await continueWith(opened.value, losses, services, { incoming, request, answer, turn })
  } finally {
    opened.value.close()
  }
}

interface Continuation {
  incoming: Incoming
  request: ChatRequest
  answer: OpenAnswer
  turn: Turn
}

async function continueWith(
  mcp: McpTurn,
  losses: Losses,
  services: Services,
  { incoming, request, answer, turn }: Continuation,
): Promise<CallOutcome> {
  const { target } = turn
  const ownId = createCallIds([...request.messages, ...unfold(answer.gathered.content)], target.kind)
  const prepare = (asked: ChatRequest): Promise<ChatRequest> =>
    prepareRequest(services, incoming, asked, target, losses.warn)
  const ask = async (way: Way): Promise<CallOutcome> => {
    const missing = findMissing(answer.gathered, request.output)
    const continued = continuationOf(request, answer.gathered, missing, way)
    // Where only the end of something is wanted, nobody else has a part in it.
    const isOpen = missing.type === 'text' || missing.type === 'everything'
    const sink = new SeamSink(answer, (emit) => createSplice(request, answer.gathered, missing, way, emit))
    const askOnce = (question: ChatRequest, into: AnswerSink): Promise<CallOutcome> => {
      const { request: asked, restore } = fitToolNames(question, target.dialect, incoming.dialect)
      return askInWindow(services, turn, asked, losses, async (fitted, observe) => {
        const unready = await awaitModel(services, turn, fitted)
        if (unready) return unready
        const heard = hearing(services, target, fitted, missing.type === 'text', restoring(into, restore, ownId))
        const call = await callOf(services.clock, fitted, target, incoming, losses.warn, turn.wanted)
        return callTranslated(services, turn, call, beside(heard, observe))
      })
    }
    if (!isOpen) return askOnce(await prepare(continued), sink)
    const asking = { ask: askOnce, prepare: prepareMessages(request, prepare) }
    return mcp.answer(await prepare(mcp.offer(continued)), sink, asking)
  }
  const way = wayAt(target, modelAt(target, request.model), await prefillAt(services, target))
  const outcome = await ask(way)
  // Known models get new versions, which may refuse what the old ones took.
  const isRefused = way !== 'plea' && outcome.type !== 'answered' && outcome.failure.kind === 'bad-request'
  const last = isRefused ? await ask('plea') : outcome
  losses.tell()
  turn.record.leftOut(losses.leftOut())
  return last
}

/** What a local server says of itself. */
async function prefillAt({ engines }: Services, target: Target): Promise<Prefill | undefined> {
  if (target.kind === 'cloud') return undefined
  const engine = await engines.at(target)
  return (await engine.facts(target)).can.prefill
}

class SeamSink implements AnswerSink {
  readonly isCommitted = true
  readonly event: Emit
  readonly #answer: OpenAnswer
  #fault: Failure | undefined

  constructor(answer: OpenAnswer, splice: (emit: Emit) => Emit) {
    this.#answer = answer
    this.event = splice((event) => {
      if (event.type === 'failure') this.#fault = event.failure
      else answer.event(event)
    })
  }

  get fault(): Failure | undefined {
    return this.#fault
  }

  flush(): boolean {
    return this.#answer.flush()
  }
}

/** Whether a broken answer has its end all the same, is still open, or can only be told of. */
export function endOf(answer: OpenAnswer, { output }: ChatRequest): 'ended' | 'open' | 'untold' {
  const missing = findMissing(answer.gathered, output)
  if (missing.type === 'too-much') return 'untold'
  if (!answer.isWhole && missing.type !== 'end') return 'open'
  if (!answer.isWhole) endWithCalls(answer.gathered, answer.event)
  answer.flush()
  return 'ended'
}

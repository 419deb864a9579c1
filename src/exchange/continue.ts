/** Goes on with an answer that broke off: another target writes its rest, behind a seam that the client does not see (DESIGN 6). */
import { createCallIds } from '../context/call-ids.ts'
import { fitToolNames } from '../context/tool-names.ts'
import type { Emit } from '../ir/events.ts'
import type { Failure } from '../ir/failure.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'
import { continuationOf, type Way } from '../seam/continuation.ts'
import { findMissing } from '../seam/plan.ts'
import { goesOnByItself } from '../seam/prefill.ts'
import { createSplice } from '../seam/splice.ts'
import type { OpenAnswer } from './open-answer.ts'
import type { Incoming, Services } from './outcome.ts'
import { prepareRequest } from './prepare.ts'
import type { Reply } from './reply.ts'
import type { AnswerSink } from './sink.ts'
import { callOf, restoring } from './translate.ts'
import { callTranslated, type CallOutcome } from './translated-call.ts'

export async function continueAnswer(
  services: Services,
  incoming: Incoming,
  request: ChatRequest,
  answer: OpenAnswer,
  target: Target,
  reply: Reply,
): Promise<CallOutcome> {
  const losses = services.lossesAt(target.name)
  const ask = async (way: Way): Promise<CallOutcome> => {
    const missing = findMissing(answer.gathered, request.output)
    const asked = continuationOf(request, answer.gathered, missing, way)
    const prepared = await prepareRequest(services, asked, target, losses.warn)
    const { request: question, restore } = fitToolNames(prepared, target.dialect)
    const sink = createSeamSink(answer, (emit) => createSplice(request, answer.gathered, missing, emit))
    const idOf = createCallIds(request, answer.gathered.content, services.unique)
    const call = callOf(question, target, incoming, losses.warn)
    return callTranslated(services, target, call, restoring(sink, restore, idOf), reply)
  }
  const way: Way = goesOnByItself(target, request) ? 'prefill' : 'plea'
  const outcome = await ask(way)
  // Known models get new versions, which may refuse what the old ones took.
  const isRefused = way === 'prefill' && outcome.type === 'failed' && outcome.failure.kind === 'bad-request'
  const last = isRefused ? await ask('plea') : outcome
  losses.tell()
  return last
}

function createSeamSink(answer: OpenAnswer, splice: (emit: Emit) => Emit): AnswerSink {
  let fault: Failure | undefined
  const event = splice((spliced) => {
    if (spliced.type === 'failure') fault = spliced.failure
    else answer.event(spliced)
  })
  return {
    isCommitted: true,
    get fault() {
      return fault
    },
    event,
    flush: () => answer.flush(),
  }
}

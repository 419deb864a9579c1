/** The second half of an answer, as the client of the first one has to see it: the same blocks, new ones behind them, one end. */
import type { Emit } from '../ir/events.ts'
import type { Failure } from '../ir/failure.ts'
import type { Gathered } from '../ir/gathered.ts'
import type { ChatRequest } from '../ir/request.ts'
import { createJoin, type Way } from './overlap.ts'
import type { Missing } from './plan.ts'
import { spliceArguments, spliceJson } from './splice-json.ts'
import { spliceText } from './splice-text.ts'
import { sumUsage, writtenTokens } from './usage.ts'

const doesNotFit: Failure = {
  kind: 'malformed-answer',
  message: 'The answer was to be continued where it had broken off, but it went on in another way.',
}

/** Takes the events of the target that goes on, emits what the client has to see of them. A `failure` also means that they do not fit. */
export function createSplice(request: ChatRequest, gathered: Gathered, missing: Missing, way: Way, emit: Emit): Emit {
  const spent = { usage: gathered.usage, written: writtenTokens(gathered) }
  let isOver = false
  const emitSummed: Emit = (event) => {
    if (isOver) return
    isOver = event.type === 'finish' || event.type === 'failure'
    emit(event.type === 'finish' ? { ...event, usage: sumUsage(spent.usage, spent.written, event.usage) } : event)
  }
  const fail = (): void => emitSummed({ type: 'failure', failure: doesNotFit })
  switch (missing.type) {
    case 'everything':
      return spliceText(gathered, createJoin('', way), undefined, emitSummed, fail)
    case 'text':
      return spliceText(gathered, createJoin(missing.said, way), missing.open, emitSummed, fail)
    case 'json':
      return spliceJson(gathered, missing, request.output, emitSummed, fail)
    case 'arguments':
      return spliceArguments(request, gathered, missing, emitSummed, fail)
    case 'end':
    case 'too-much':
      return fail
  }
}

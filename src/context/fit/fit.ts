/** Makes a conversation fit a window: what has to go is chosen by plan-cut.ts, and summed up in its place. Pure; nothing waits. */
import type { ChatRequest, Message } from '../../ir/request.ts'
import { allAtOnce, type Steps } from '../../ir/steps.ts'
import { applyCut, type Fitted } from './apply-cut.ts'
import type { Count } from '../count/count.ts'
import { droppedRuns, type Cut } from './cut.ts'
import { keyOfMessages, shareTokens, takeKey, type Memo } from './notes.ts'
import { planCut, type Wishes } from './plan-cut.ts'
import { summarise } from './summary.ts'

export type Fit =
  | ({ type: 'whole' } & Fitted)
  | ({ type: 'cut'; cut: Cut; isNew: boolean } & Fitted)
  | { type: 'too-long'; tokens: number }

/** 10-20 ns a character where nothing is cut or the last cut holds, 40-70 where a new one is made: 8-50 ms for 800 KB. */
export function fit(request: ChatRequest, wishes: Wishes, count: Count, memo: Memo): Fit {
  return allAtOnce(takeFit(request, wishes, count, memo))
}

function* takeFit(request: ChatRequest, wishes: Wishes, count: Count, memo: Memo): Steps<Fit> {
  const plan = yield* planCut(request, count, wishes)
  switch (plan.type) {
    case 'too-long':
      return plan
    case 'whole':
      return { ...plan, ...wholly(request, count) }
    case 'cut': {
      const summaries = yield* extractSummaries(request, plan.cut, count, memo)
      return { ...plan, ...(yield* applyCut(request, plan.cut, summaries, count, memo)) }
    }
  }
}

/** Counted when somebody asks. */
export interface Whole extends Fitted {
  /** Ahead of that, so that nobody has to wait who asks. */
  takeCount(): Steps<number>
}

export function wholly(request: ChatRequest, count: Count): Whole {
  const counting: Counting = { request, count, tokens: undefined }
  const takeCount = (): Steps<number> => takeTokens(counting)
  const tokens = (): number => allAtOnce(takeCount())
  return { request, takeCount, tokens, noteTokens: 0, omitted: { messages: 0, tokens: 0, images: 0 } }
}

interface Counting {
  readonly request: ChatRequest
  readonly count: Count
  tokens: number | undefined
}

/** No closure: a generator function that is made anew gives its generators a shape of their own, which outlives the request (test/short-lived). */
function* takeTokens(counting: Counting): Steps<number> {
  return (counting.tokens ??= yield* counting.count.takeRequest(counting.request))
}

/** Of each run that the cut leaves out. */
export function* extractSummaries(request: ChatRequest, cut: Cut, count: Count, memo: Memo): Steps<string[]> {
  const runs = droppedRuns(request.messages, cut)
  const shares = yield* shareTokens(runs, cut.noteTokens, count)
  const summaries: string[] = []
  for (const [at, { messages }] of runs.entries()) {
    const tokens = shares[at] ?? 0
    summaries.push(tokens === 0 ? '' : yield* extractSummary(messages, tokens, count, memo))
  }
  return summaries
}

function* extractSummary(messages: readonly Message[], tokens: number, count: Count, memo: Memo): Steps<string> {
  const key = yield* takeKey(messages, 'extract', count.id, tokens)
  const known = memo.get(key)
  if (known !== undefined) return known
  const summary = yield* summarise(messages, tokens, count)
  memo.set(key, summary)
  return summary
}

/** A conversation by its beginning, which all of its turns share: what the system said, and the first words of the user. */
export function conversationKey({ messages }: ChatRequest, model: string): number {
  const first = messages.findIndex(({ role }) => role === 'user')
  return keyOfMessages(messages.slice(0, first + 1), model)
}

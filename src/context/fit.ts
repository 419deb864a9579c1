/** Makes a conversation fit a window: what has to go is chosen by plan-cut.ts, and summed up in its place. Pure; nothing waits. */
import type { ChatRequest } from '../ir/request.ts'
import { applyCut, type Fitted } from './apply-cut.ts'
import type { Count } from './count.ts'
import { droppedRuns, type Cut } from './cut.ts'
import { keyOfMessages, shareTokens, type Memo } from './notes.ts'
import { planCut, type Wishes } from './plan-cut.ts'
import { summarise } from './summary.ts'

export type Fit =
  | ({ type: 'whole' } & Fitted)
  | ({ type: 'cut'; cut: Cut; isNew: boolean } & Fitted)
  | { type: 'too-long'; tokens: number }

/** 10-20 ns a character where nothing is cut or the last cut holds, 40-70 where a new one is made: 8-50 ms for 800 KB. */
export function fit(request: ChatRequest, wishes: Wishes, count: Count, memo: Memo): Fit {
  const plan = planCut(request, count, wishes)
  switch (plan.type) {
    case 'too-long':
      return plan
    case 'whole':
      return { ...plan, ...wholly(request, count) }
    case 'cut':
      return { ...plan, ...applyCut(request, plan.cut, extractSummaries(request, plan.cut, count, memo), count, memo) }
  }
}

/** Counted when somebody asks. */
export function wholly(request: ChatRequest, count: Count): Fitted {
  let counted: number | undefined
  const tokens = (): number => (counted ??= count.request(request))
  return { request, tokens, noteTokens: 0, omitted: { messages: 0, tokens: 0, images: 0 } }
}

/** Of each run that the cut leaves out. */
export function extractSummaries(request: ChatRequest, cut: Cut, count: Count, memo: Memo): string[] {
  const runs = droppedRuns(request.messages, cut)
  const shares = shareTokens(runs, cut.noteTokens, count)
  return runs.map(({ messages }, at) => {
    const tokens = shares[at] ?? 0
    if (tokens === 0) return ''
    return memo.of(keyOfMessages(messages, 'extract', count.id, tokens), () => summarise(messages, tokens, count))
  })
}

/** A conversation by its beginning, which all of its turns share: what the system said, and the first words of the user. */
export function conversationKey({ messages }: ChatRequest, model: string): number {
  const first = messages.findIndex(({ role }) => role === 'user')
  return keyOfMessages(messages.slice(0, first + 1), model)
}

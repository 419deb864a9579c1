/** A whole answer in no dialect, and how a streamed one becomes whole. */
import type { AnswerPart } from './answer.ts'
import type { Emit, Finish, FinishReason, Usage } from './events.ts'
import type { Failure } from './failure.ts'
import { createGatherer, type Gathered } from './gathered.ts'

export interface ChatResponse {
  id: string
  model: string
  content: AnswerPart[]
  reason: FinishReason
  rawReason?: string
  stopSequence?: string
  usage: Usage
}

export type Collected = { ok: true; response: ChatResponse } | { ok: false; failure: Failure }

/** Gathers a stream's events; `done` is called once, at its `finish` or `failure`. */
export function createCollector(done: (collected: Collected) => void): Emit {
  const gatherer = createGatherer()
  return (event) => {
    if (event.type === 'failure') return done({ ok: false, failure: event.failure })
    if (event.type !== 'finish') return gatherer.take(event)
    done({ ok: true, response: wholeOf(gatherer.gathered, event) })
  }
}

/** What was gathered, with its end. */
export function wholeOf({ id, model, content }: Gathered, finish: Finish): ChatResponse {
  const { type: _, ...fields } = finish
  return { id, model, content: [...content], ...fields }
}

/** Holds an answer back until it is known to be the JSON that the client asked for. */
import { checkOutput } from '../context/check-output.ts'
import type { StreamEvent } from '../ir/events.ts'
import type { ChatRequest, Output } from '../ir/request.ts'
import type { AnswerSink } from './sink.ts'

/** What is wrong with an answer that was held back. */
export interface Flaw {
  text: string
  problem: string
}

export interface CheckedSink extends AnswerSink {
  /** Set when the answer ended and does not hold; the client has seen nothing of it. */
  readonly flaw: Flaw | undefined
  /** Gives it to the client all the same. */
  giveAnyway(): void
}

export function createCheckedSink(sink: AnswerSink, output: Output): CheckedSink {
  const events: StreamEvent[] = []
  let flaw: Flaw | undefined

  const give = (text: string | undefined): void => {
    for (const event of text === undefined ? events : withText(events, text)) sink.event(event)
    sink.flush()
  }

  const judge = (): void => {
    const said = textOf(events)
    const checked = checkOutput(output, said)
    if (checked.ok) give(checked.text === said ? undefined : checked.text)
    else flaw = { text: said, problem: checked.problem }
  }

  return {
    get isCommitted() {
      return sink.isCommitted
    },
    get flaw() {
      return flaw
    },
    giveAnyway: () => give(undefined),
    event: (event) => {
      events.push(event)
      if (event.type !== 'finish') return
      // A call, a refusal or an answer cut by its limit is not the JSON itself.
      if (event.reason === 'stop') judge()
      else give(undefined)
    },
    flush: () => true,
  }
}

function textOf(events: readonly StreamEvent[]): string {
  return events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('')
}

/** The same answer with the text in one piece. */
function withText(events: readonly StreamEvent[], text: string): StreamEvent[] {
  let isSaid = false
  return events.flatMap((event): StreamEvent[] => {
    if (event.type !== 'text-delta') return [event]
    if (isSaid) return []
    isSaid = true
    return [{ ...event, text }]
  })
}

/** The question whose answer mends a flawed one. */
export function askToRepair(request: ChatRequest, { text, problem }: Flaw): ChatRequest {
  const plea = `Your answer does not have the required form. ${problem} Give the whole answer again, as JSON that fits the schema, and nothing else.`
  return {
    ...request,
    messages: [
      ...request.messages,
      { role: 'assistant', content: [{ type: 'text', text }] },
      { role: 'user', content: [{ type: 'text', text: plea }] },
    ],
  }
}

/** Holds an answer back until it is known to be the JSON that the client asked for. */
import { checkOutput } from '../../context/check-output.ts'
import type { Emit, StreamEvent } from '../../ir/events.ts'
import type { ChatRequest, Output } from '../../ir/request.ts'
import type { AnswerSink } from './sink.ts'

/** What is wrong with an answer that was held back. */
export interface Flaw {
  text: string
  problem: string
}

export class CheckedSink implements AnswerSink {
  readonly #sink: AnswerSink
  readonly #output: Output
  readonly #events: StreamEvent[] = []
  #flaw: Flaw | undefined

  constructor(sink: AnswerSink, output: Output) {
    this.#sink = sink
    this.#output = output
  }

  get isCommitted(): boolean {
    return this.#sink.isCommitted
  }

  /** Set when the answer ended and does not hold; the client has seen nothing of it. */
  get flaw(): Flaw | undefined {
    return this.#flaw
  }

  readonly event: Emit = (event) => {
    this.#events.push(event)
    if (event.type !== 'finish') return
    // A call, a refusal or an answer cut by its limit is not the JSON itself.
    if (event.reason === 'stop') this.#judge()
    else this.giveAnyway()
  }

  flush(): boolean {
    return true
  }

  /** Gives it to the client all the same. */
  giveAnyway(): void {
    this.#give(this.#events)
  }

  #judge(): void {
    const said = textOf(this.#events)
    const checked = checkOutput(this.#output, said)
    if (!checked.ok) this.#flaw = { text: said, problem: checked.problem }
    else this.#give(checked.text === said ? this.#events : withText(this.#events, checked.text))
  }

  #give(events: readonly StreamEvent[]): void {
    for (const event of events) this.#sink.event(event)
    this.#sink.flush()
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

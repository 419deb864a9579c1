/** Where the events of a translated answer go: to the client as they come, or gathered into one body. */
import type { Clock } from '../../clock.ts'
import { clientDialects } from '../../dialects/registry.ts'
import type { Emit, Finish, StreamEvent } from '../../ir/events.ts'
import type { Failure, FailureKind } from '../../ir/failure.ts'
import type { JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { createCollector, wholeOf, type ChatResponse } from '../../ir/response.ts'
import type { Target } from '../../routing/target.ts'
import { headerText, type HeaderList } from '../../wire/headers.ts'
import { createChoiceGatherer, createChoiceStream } from './choices.ts'
import { beginStream, giveWhole, saysSomething } from '../reply/give.ts'
import type { Draft } from './draft.ts'
import { createOpenAnswer, type OpenAnswer } from './open-answer.ts'
import type { Incoming } from '../outcome.ts'
import type { Reply } from '../reply/reply.ts'

export interface AnswerSink {
  /** Something has reached the client: from here on a failure is told in-band. */
  readonly isCommitted: boolean
  event: Emit
  /** Writes what has gathered; false when the client reads too slowly. */
  flush(): boolean
  /** The events do not fit to what the client has: no more of them are wanted. */
  readonly fault?: Failure | undefined
  /** A stream that has reached the client, for another target to go on with. */
  readonly open?: OpenAnswer | undefined
}

/** What a client is told of its answer beside the answer itself. */
export interface Remarks {
  /** Why this target answers in another's place; unset when it is the first one. */
  reason: FailureKind | undefined
  /** What of the conversation it could not be shown. */
  omitted: string | undefined
}

/** Told of a good answer, and of a way to have all of it as the client's dialect writes it: for whoever wants that once the client has it. */
export type OnAnswer = (response: () => JsonObject) => void

/** `remarks` is asked when the answer begins: by then everything is known. */
export function createSink(
  incoming: Incoming,
  request: ChatRequest,
  target: Target,
  remarks: () => Remarks,
  reply: Reply,
  draft: Draft,
  clock: Clock,
  onAnswer?: OnAnswer,
): AnswerSink {
  const dialect = clientDialects[incoming.dialect]
  const headers = (): HeaderList => answerHeaders(target, remarks())
  const { identity, stream } = draft
  if (request.choices !== undefined)
    return (request.stream ? createChoiceStream : createChoiceGatherer)(dialect, identity, request, reply, headers)
  const encode = (response: ChatResponse): JsonObject => dialect.encodeResponse(response, identity, request)
  if (!request.stream) return createWholeSink(encode, reply, headers, onAnswer)
  const onEnd = (_frames: string, finish: Finish): void => {
    const whole = wholeOf(answer.gathered, finish)
    onAnswer?.(() => encode(whole))
  }
  const sign = (): string => stream.sign(identity)
  const answer = createOpenAnswer(stream.createEncoder(identity), sign, reply, clock, onAnswer && { onEnd })
  return new StreamSink(answer, () => beginStream(reply, dialect, headers()))
}

/**
 * A sink before another one, which does the rest. Sinks that are asked are classes: an object that is written with an accessor of its own
 * has a shape of its own, which the engine keeps until the next full collection, and with it everything that the exchange knows.
 */
export class SinkBefore implements AnswerSink {
  readonly event: Emit
  readonly #sink: AnswerSink

  constructor(sink: AnswerSink, event: Emit) {
    this.event = event
    this.#sink = sink
  }

  get isCommitted(): boolean {
    return this.#sink.isCommitted
  }

  get fault(): Failure | undefined {
    return this.#sink.fault
  }

  flush(): boolean {
    return this.#sink.flush()
  }
}

/** Somebody else hears the same events. */
export function beside(sink: AnswerSink, observe: Emit): AnswerSink {
  return new SinkBefore(sink, (event) => {
    sink.event(event)
    observe(event)
  })
}

/** What a client is told of whoever answers. */
export function answerHeaders(target: Target, { reason, omitted }: Remarks): HeaderList {
  const headers = ['X-Trooper-Provider', headerText(target.name)]
  if (reason !== undefined)
    headers.push('X-Trooper-Fallback', headerText(target.model ?? target.name), 'X-Trooper-Reason', reason)
  if (omitted !== undefined) headers.push('X-Trooper-Omitted', omitted)
  return headers
}

/** Everything of one network chunk is one write. The commit point is the first event that says something; what only announces waits for it. */
class StreamSink implements AnswerSink {
  readonly #answer: OpenAnswer
  readonly #begin: () => void
  readonly #held: StreamEvent[] = []
  #isCommitted = false

  /** `begin` writes the head. */
  constructor(answer: OpenAnswer, begin: () => void) {
    this.#answer = answer
    this.#begin = begin
  }

  get isCommitted(): boolean {
    return this.#isCommitted
  }

  get open(): OpenAnswer | undefined {
    return this.#isCommitted ? this.#answer : undefined
  }

  readonly event: Emit = (event) => {
    if (this.#isCommitted) return this.#answer.event(event)
    this.#held.push(event)
    if (!saysSomething(event)) return
    this.#isCommitted = true
    for (const before of this.#held) this.#answer.event(before)
    this.#begin()
  }

  flush(): boolean {
    return !this.#isCommitted || this.#answer.flush()
  }
}

function createWholeSink(
  encode: (response: ChatResponse) => JsonObject,
  reply: Reply,
  headers: () => HeaderList,
  onAnswer?: OnAnswer,
): AnswerSink {
  const collect = createCollector((collected) => {
    if (!collected.ok) return
    const response = encode(collected.response)
    giveWhole(reply, response, headers())
    onAnswer?.(() => response)
  })
  return { isCommitted: false, event: collect, flush: () => true }
}

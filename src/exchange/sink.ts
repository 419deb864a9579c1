/** Where the events of a translated answer go: to the client as they come, or gathered into one body. */
import type { Clock } from '../clock.ts'
import { clientDialects } from '../dialects/registry.ts'
import type { AnswerIdentity, ClientDialect } from '../dialects/dialect.ts'
import type { Emit, StreamEvent } from '../ir/events.ts'
import type { Failure, FailureKind } from '../ir/failure.ts'
import type { JsonObject } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import { createCollector, type ChatResponse } from '../ir/response.ts'
import type { Target } from '../routing/target.ts'
import { headerText, type HeaderList } from '../wire/headers.ts'
import { createChoiceGatherer, createChoiceStream } from './choices.ts'
import { beginStream, giveWhole, saysSomething } from './give.ts'
import type { Draft } from './draft.ts'
import { createOpenAnswer, type OpenAnswer } from './open-answer.ts'
import type { Incoming } from './outcome.ts'
import type { Reply } from './reply.ts'

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

/** `remarks` is asked when the answer begins: by then everything is known. */
export function createSink(
  incoming: Incoming,
  request: ChatRequest,
  target: Target,
  remarks: () => Remarks,
  reply: Reply,
  draft: Draft,
  clock: Clock,
  onAnswer?: (response: JsonObject) => void,
): AnswerSink {
  const dialect = clientDialects[incoming.dialect]
  const sink = sinkFor(dialect, draft, request, reply, clock, () => answerHeaders(target, remarks()))
  if (!onAnswer) return sink
  return beside(
    sink,
    collecting((response) => onAnswer(dialect.encodeResponse(response, draft.identity, request))),
  )
}

function sinkFor(
  dialect: ClientDialect,
  draft: Draft,
  request: ChatRequest,
  reply: Reply,
  clock: Clock,
  headers: () => HeaderList,
): AnswerSink {
  const { stream, choices } = request
  if (choices !== undefined)
    return (stream ? createChoiceStream : createChoiceGatherer)(dialect, draft.identity, request, reply, headers)
  return stream
    ? createStreamSink(dialect, draft, reply, clock, headers)
    : createWholeSink(dialect, draft.identity, request, reply, headers)
}

/** Gathers the same answer beside what the client gets. */
function collecting(onAnswer: (response: ChatResponse) => void): Emit {
  return createCollector((collected) => {
    if (collected.ok) onAnswer(collected.response)
  })
}

/** Somebody else hears the same events. */
export function beside(sink: AnswerSink, observe: Emit): AnswerSink {
  const both =
    (event: Emit): Emit =>
    (told) => {
      event(told)
      observe(told)
    }
  return {
    get isCommitted() {
      return sink.isCommitted
    },
    get open() {
      return sink.open && { ...sink.open, event: both(sink.open.event) }
    },
    get fault() {
      return sink.fault
    },
    event: both((event) => sink.event(event)),
    flush: () => sink.flush(),
  }
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
function createStreamSink(
  dialect: ClientDialect,
  { stream, identity }: Draft,
  reply: Reply,
  clock: Clock,
  headers: () => HeaderList,
): AnswerSink {
  const sign = (): string => stream.sign(identity)
  const answer = createOpenAnswer(stream.createEncoder(identity), sign, reply, clock)
  const held: StreamEvent[] = []
  let isCommitted = false
  return {
    get isCommitted() {
      return isCommitted
    },
    get open() {
      return isCommitted ? answer : undefined
    },
    event: (event) => {
      if (isCommitted) return answer.event(event)
      held.push(event)
      if (!saysSomething(event)) return
      isCommitted = true
      for (const before of held) answer.event(before)
      beginStream(reply, dialect, headers())
    },
    flush: () => !isCommitted || answer.flush(),
  }
}

function createWholeSink(
  dialect: ClientDialect,
  identity: AnswerIdentity,
  request: ChatRequest,
  reply: Reply,
  headers: () => HeaderList,
): AnswerSink {
  const collect = createCollector((collected) => {
    if (collected.ok) giveWhole(reply, dialect.encodeResponse(collected.response, identity, request), headers())
  })
  return { isCommitted: false, event: collect, flush: () => true }
}

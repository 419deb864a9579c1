/** Another dialect on the target's side: the request through the IR, and the answer back through it. */
import { createCallIds } from '../../context/adapt/call-ids.ts'
import { fitToolNames } from '../../context/adapt/tool-names.ts'
import { BadRequest, KeptElsewhere, type ClientDialectName } from '../../dialects/dialect.ts'
import { clientDialects } from '../../dialects/registry.ts'
import type { Failure, FailureKind } from '../../ir/failure.ts'
import type { JsonValue } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { allAtOnce, type Steps } from '../../ir/steps.ts'
import type { Target } from '../../routing/target.ts'
import { askForChoices } from './choices.ts'
import { askToRepair, CheckedSink } from './checked-sink.ts'
import type { Draft } from './draft.ts'
import { awaitModel } from '../local/local-attempt.ts'
import type { Losses } from './losses.ts'
import { openMcp, prepareMessages, type McpTurn } from '../mcp/turn.ts'
import { clientGone, type Incoming, type Outcome, type Services, type Turn } from '../outcome.ts'
import { callOf, type Wanted } from './outgoing-call.ts'
import { callsForTooMuch, takeJson, tooMuch } from '../parse-body.ts'
import { prepareRequest } from './prepare.ts'
import { beside, createSink, SinkBefore, type AnswerSink, type OnAnswer, type Remarks } from './sink.ts'
import { hearing, isUnreadCall, tellUnread } from './spoken.ts'
import { callTranslated, type CallOutcome } from './translated-call.ts'
import { askInWindow } from '../local/window.ts'

/** `isUnknownHistory`: it leans on what is kept nowhere here. */
export type Decoded = { ok: true; request: ChatRequest } | { ok: false; failure: Failure; isUnknownHistory?: true }

/** The client's request in the IR; a fault of its own is a failure like any other. */
export function decodeBody(incoming: Pick<Incoming, 'dialect' | 'body'>): Decoded {
  return allAtOnce(takeBody(incoming))
}

/** The same, for a long one. */
export function* takeBody({ dialect, body }: Pick<Incoming, 'dialect' | 'body'>): Steps<Decoded> {
  const taken = yield* takeJson(body)
  if (!taken.ok) return taken
  const decoded = decodeJson(dialect, () => taken.value)
  yield
  return decoded
}

export function decodeJson(
  dialect: ClientDialectName,
  parse: () => JsonValue | undefined,
  decode = clientDialects[dialect].decodeRequest,
): Decoded {
  try {
    const request = decode(parse())
    if (dialect !== 'ollama' && !saysAnything(request))
      throw new BadRequest(listOf[dialect], 'at least one message is required')
    if (callsForTooMuch(request)) return { ok: false, failure: tooMuch }
    return { ok: true, request }
  } catch (error) {
    if (error instanceof KeptElsewhere) return { ok: false, failure: failureOf(error), isUnknownHistory: true }
    return { ok: false, failure: { kind: 'bad-request', message: faultOf(error), status: 400 } }
  }
}

/** Of Ollama's own API alone it means something to say nothing: a model is loaded. */
function saysAnything({ messages }: ChatRequest): boolean {
  return messages.some(({ content }) => content.length > 0)
}

const listOf = { anthropic: 'messages', 'openai-chat': 'messages', 'openai-responses': 'input' } as const

function failureOf({ code, message }: KeptElsewhere): Failure {
  return { kind: 'bad-request', message, status: 404, code }
}

function faultOf(error: unknown): string {
  if (error instanceof BadRequest) return error.message
  // Thousands of levels of nesting, which no model reads.
  if (error instanceof RangeError) return 'body: is nested too deeply to be read'
  throw error
}

/** What is asked of a target of another dialect, and who hears the answer. */
export interface Translation {
  incoming: Incoming
  request: ChatRequest
  turn: Turn
  draft: Draft
  /** Why this target answers in another's place; unset when it is the first one. */
  reason: FailureKind | undefined
  onAnswer: OnAnswer | undefined
}

export async function translate(services: Services, asked: Translation): Promise<Outcome> {
  const { incoming, request, turn, draft } = asked
  const losses = services.lossesAt(turn.target.name)
  const opened = await openMcp(services, incoming, request, turn, draft, losses.warn)
  if (opened.is === 'over') return opened.outcome
  try {
    return await translateWith(opened.value, losses, services, asked)
  } finally {
    opened.value.close()
  }
}

async function translateWith(mcp: McpTurn, losses: Losses, services: Services, asked: Translation): Promise<Outcome> {
  const { incoming, request, turn, draft, reason, onAnswer } = asked
  const { target, reply } = turn
  const prepare = (asked: ChatRequest): Promise<ChatRequest> =>
    prepareRequest(services, incoming, asked, target, losses.warn)
  const prepared = await prepare(mcp.offer(request))
  if (reply.isGone) return clientGone
  const ownId = createCallIds(request.messages, target.kind)
  const attempt = async (wanted: Wanted): Promise<Outcome> => {
    const ask: Ask = (question, into) => {
      const { request: named, restore } = fitToolNames(question, target.dialect, incoming.dialect)
      return askInWindow(services, turn, named, losses, async (fitted, observe) => {
        const unready = await awaitModel(services, turn, fitted)
        if (unready) return unready
        const heard = hearing(services, target, fitted, false, restoring(into, restore, ownId))
        const call = await callOf(services.clock, fitted, target, incoming, losses.warn, wanted)
        return callTranslated(services, turn, call, beside(heard, observe))
      })
    }
    const remarks = (): Remarks => ({ reason, omitted: losses.omitted() })
    const sink = createSink(incoming, request, target, remarks, reply, draft, services.clock, onAnswer)
    const askOnce: Ask = (question, into) =>
      isCheckedHere(request, target)
        ? askForJson(ask, question, into, () => noteRepair(services, target))
        : ask(question, into)
    const asking = { ask: askOnce, prepare: prepareMessages(request, prepare) }
    const outcome = await askForChoices(prepared, request.choices ?? 1, (question) =>
      mcp.answer(question, sink, asking),
    )
    return outcome.type === 'broken' ? brokenAt(sink, outcome.failure, services) : outcome
  }
  const first = await attempt('stream')
  // Once the client has the beginning of it, the exchange goes on with it.
  const isUnread = first.type === 'failed' && isUnreadCall(first.failure, target)
  if (isUnread) tellUnread(services, target)
  const last = isUnread ? await attempt('whole') : first
  losses.tell()
  turn.record.leftOut(losses.leftOut())
  return last
}

function brokenAt(sink: AnswerSink, failure: Failure, { seam }: Services): Outcome {
  return {
    type: 'broken',
    failure,
    takeUp: () => (seam ? sink.open : undefined),
    tell: () => {
      sink.event({ type: 'failure', failure })
      sink.flush()
    },
  }
}

type Ask = (question: ChatRequest, sink: AnswerSink) => Promise<CallOutcome>

/** A provider keeps to a schema itself. */
function isCheckedHere({ output }: ChatRequest, { kind }: Target): boolean {
  return kind === 'local' && output.type === 'json'
}

/** An answer that does not hold is asked for once more; the better of two is given. */
async function askForJson(ask: Ask, asked: ChatRequest, sink: AnswerSink, onRepair: () => void): Promise<CallOutcome> {
  const first = new CheckedSink(sink, asked.output)
  const outcome = await ask(asked, first)
  if (!first.flaw) return outcome
  onRepair()
  const second = new CheckedSink(sink, asked.output)
  const repaired = await ask(askToRepair(asked, first.flaw), second)
  if (repaired.type === 'failed' && repaired.failure.kind === 'client-gone') return repaired
  if (repaired.type !== 'answered') first.giveAnyway()
  else if (second.flaw) second.giveAnyway()
  return outcome
}

function noteRepair(services: Services, { name }: Target): void {
  services.log.warn(`⚠️ ${name} answered in another form than was asked for: it is asked once more`, { target: name })
}

/** Calls leave under the names that the client knows, and under ids that are no other call's. */
export function restoring(
  sink: AnswerSink,
  restore: (name: string) => string,
  ownId: (id: string) => string,
): AnswerSink {
  return new SinkBefore(sink, (event) =>
    sink.event(event.type === 'tool-call-start' ? { ...event, id: ownId(event.id), name: restore(event.name) } : event),
  )
}

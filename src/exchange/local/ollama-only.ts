/** Requests of an Ollama app that only an Ollama can answer: prompts written for one model, and models to be loaded or unloaded. */
import { fingerprint } from '../../context/fit/fingerprint.ts'
import { roomForAnswer } from '../../context/fit/room.ts'
import { encodeFailure, encodeLoaded } from '../../dialects/ollama/answer.ts'
import { ownPromptField, ownPromptText } from '../../dialects/ollama/own-prompt.ts'
import { strictText } from '../../ir/exact-json.ts'
import type { Failure } from '../../ir/failure.ts'
import { objectOf, type JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { Chain } from '../../routing/chains.ts'
import { pathAt, type Target } from '../../routing/target.ts'
import type { Call } from '../../upstream/attempt.ts'
import { credentialHeader } from '../../wire/headers.ts'
import { callOllama } from './ollama-call.ts'
import type { Incoming, Outcome, Services } from '../outcome.ts'
import { retryHeaders } from '../errors.ts'
import { inTurn, type Guest } from './in-turn.ts'
import { parseBody } from '../parse-body.ts'
import { askerOf } from '../payer.ts'
import type { ExchangeRecord } from '../record.ts'
import { giveJson, type Reply } from '../reply/reply.ts'
import { countOf, modelKey } from './window.ts'

/** True when the request was one of these, and has its answer: of the local Ollama, and of the model that the app names. */
export async function answeredByOllama(
  services: Services,
  chain: Chain,
  incoming: Incoming,
  request: ChatRequest,
  record: ExchangeRecord,
  reply: Reply,
): Promise<boolean> {
  const field = ownPromptField(request)
  if (field === undefined && !isLoad(request)) return false
  const ollama = chain.find(({ kind, dialect }) => kind === 'local' && dialect === 'ollama')
  const outcome = ollama
    ? await askRecorded(services, { ...ollama, model: request.model }, incoming, request, record, reply)
    : nobodyFor(field)
  if (outcome.type === 'failed' && !reply.isGone) settle(services, request, outcome, reply)
  return true
}

function isLoad({ messages }: ChatRequest): boolean {
  return messages.length === 0
}

async function askRecorded(
  services: Services,
  target: Target,
  incoming: Incoming,
  request: ChatRequest,
  record: ExchangeRecord,
  reply: Reply,
): Promise<Outcome> {
  const { clock, times } = services
  const attempt = record.attempt(target, clock.now())
  attempt.begins('relay')
  const guest = {
    target: { ...target, name: 'the local Ollama' },
    asker: askerOf(incoming),
    reply,
    deadlineMs: clock.now() + times.exchangeMs,
    onTurn: () => attempt.hasTurn(clock.now()),
  }
  const outcome = await ask(services, guest, incoming, request)
  attempt.ended(outcome, clock.now())
  return outcome
}

async function ask(services: Services, guest: Guest, { body }: Incoming, request: ChatRequest): Promise<Outcome> {
  const { target, reply } = guest
  services.log.info(`🪖 Asking ${target.name} itself: nobody else can answer this`, { target: target.name })
  const said = objectOf(parseBody(body))
  const refusal = await services.locals.prepare(target)
  const askIn = async (windowTokens: number | undefined): Promise<Outcome> => {
    const call: Call = {
      origin: target.url.origin,
      method: 'POST',
      path: pathAt(target, request.echo?.['generate'] === true ? '/api/generate' : '/api/chat', ''),
      headers: ['content-type', 'application/json', 'accept-encoding', 'identity', ...credentials(target)],
      body: Buffer.from(strictText(await bodyFor(services, target, said, request, windowTokens))),
    }
    return callOllama(services, target, call, request.stream, reply)
  }
  const answer = (): Promise<Outcome> => askInItsWindow(services, target, request, askIn)
  const outcome: Outcome = refusal
    ? { type: 'failed', failure: refusal }
    : // What only loads a model waits for nobody's answer: Ollama itself knows when there is room.
      await (isLoad(request) ? answer() : inTurn(services, guest, answer))
  if (outcome.type !== 'failed') return outcome
  const remedy = services.engines.known(target).remedy(outcome.failure, target)
  return remedy === undefined ? outcome : { type: 'failed', failure: withRemedy(outcome.failure, remedy) }
}

/** After a refusal. */
const mostRepeats = 3

/** A prompt that was written for one model is its own: it is never made shorter, but its window larger, if Ollama counts more than was thought. */
async function askInItsWindow(
  { engines, margins }: Services,
  target: Target,
  request: ChatRequest,
  call: (windowTokens: number | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  const engine = await engines.at(target)
  const model = modelKey(target)
  const counted = countOf(target).request({
    ...request,
    messages: [...request.messages, { role: 'user', content: [{ type: 'text', text: ownPromptText(request) }] }],
  })
  const conversation = fingerprint([ownPromptText(request)])
  let windowTokens: number | undefined = 0
  for (let repeats = 0; ; repeats += 1) {
    const needed = Math.ceil(margins.of(model, conversation).own(counted)) + roomForAnswer(request)
    const before: number | undefined = windowTokens
    windowTokens = await engine.windowFor(needed, target)
    const outcome = await call(windowTokens)
    if (outcome.type !== 'failed' || outcome.failure.kind !== 'too-long' || repeats >= mostRepeats) return outcome
    if (windowTokens === undefined || (repeats > 0 && windowTokens <= (before ?? 0))) return outcome
    const { promptTokens } = outcome.failure
    if (promptTokens === undefined) margins.tighten(model, conversation, counted, windowTokens)
    else margins.learn(model, conversation, counted, promptTokens)
  }
}

/** As the app wrote it, in this window. */
async function bodyFor(
  { engines }: Services,
  target: Target,
  body: JsonObject,
  request: ChatRequest,
  windowTokens: number | undefined,
): Promise<JsonObject> {
  const dressed = await (await engines.at(target)).dress(request, windowTokens, target)
  const { think: _, options, ...settings } = objectOf(dressed.extras.ollama)
  return { ...body, ...settings, options: { ...objectOf(body['options']), ...objectOf(options) } }
}

function credentials({ credential }: Target): string[] {
  return credential ? credentialHeader(credential) : []
}

function withRemedy(failure: Failure, remedy: string): Failure {
  return { ...failure, message: `${failure.message} (${remedy})` }
}

function nobodyFor(field: string | undefined): Extract<Outcome, { type: 'failed' }> {
  const message = `${field ?? 'keep_alive'}: means something to an Ollama only, and no local one is configured`
  return { type: 'failed', failure: { kind: 'unknown-model', status: 400, message } }
}

/** A model that no Ollama here has is a cloud's: it is always there, and needs no loading. */
function settle(
  { clock }: Services,
  request: ChatRequest,
  { failure, original }: Extract<Outcome, { type: 'failed' }>,
  reply: Reply,
): void {
  if (isLoad(request) && (failure.kind === 'unknown-model' || failure.kind === 'network'))
    return giveJson(reply, 200, encodeLoaded(request, clock.now()))
  if (original) {
    reply.head(original.status, original.statusMessage, original.headers)
    return reply.end(original.body)
  }
  const { status, body } = encodeFailure(failure)
  giveJson(reply, failure.status ?? status, body, retryHeaders(failure, clock.now()))
}

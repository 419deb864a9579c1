/** Another dialect on the target's side: the request through the IR, and the answer back through it. */
import { clientDialects, targetDialects } from '../dialects/registry.ts'
import { meetQuirks } from '../dialects/openai-chat/quirks.ts'
import { BadRequest, type AnswerDecoder, type TargetDialect } from '../dialects/dialect.ts'
import type { StreamEvent } from '../ir/events.ts'
import { describeFailure, type Failure, type FailureKind } from '../ir/failure.ts'
import { fitToolNames } from '../context/tool-names.ts'
import { exactText, parseExact } from '../ir/exact-json.ts'
import { parseJson } from '../ir/json.ts'
import type { ChatRequest } from '../ir/request.ts'
import { endpointPaths, pathAt, type Target } from '../routing/target.ts'
import { startAttempt, type AnswerHead, type Attempt, type Call, type CallListener } from '../upstream/attempt.ts'
import { credentialHeader, headerOf, type HeaderList } from '../wire/headers.ts'
import { createNdjsonDecoder } from '../wire/ndjson.ts'
import { createSseDecoder, type FrameDecoder } from '../wire/sse.ts'
import { clientGone, silenceOf, type Incoming, type Outcome, type Services, type Settle } from './outcome.ts'
import { prepareRequest } from './prepare.ts'
import type { Reply } from './reply.ts'
import { createSink, type AnswerSink } from './sink.ts'

/** The client's request in the IR; a fault of its own is a failure like any other. */
export function decodeIncoming(
  incoming: Incoming,
): { ok: true; request: ChatRequest } | { ok: false; failure: Failure } {
  try {
    const body = parseExact(incoming.body.toString('utf8'))
    return { ok: true, request: clientDialects[incoming.dialect].decodeRequest(body) }
  } catch (error) {
    return { ok: false, failure: { kind: 'bad-request', message: faultOf(error), status: 400 } }
  }
}

function faultOf(error: unknown): string {
  if (error instanceof BadRequest) return error.message
  // Thousands of levels of nesting, which no model reads.
  if (error instanceof RangeError) return 'body: is nested too deeply to be read'
  throw error
}

/** `reason` is why this target answers in another's place; unset when it is the first one. */
export async function translate(
  services: Services,
  incoming: Incoming,
  request: ChatRequest,
  target: Target,
  reason: FailureKind | undefined,
  reply: Reply,
): Promise<Outcome> {
  const losses = services.lossesAt(target.name)
  const asked = await prepareRequest(services, request, target, losses.warn)
  if (reply.isGone) return clientGone
  const names = fitToolNames(asked, target.dialect)
  const encoded = targetDialects[target.dialect].encodeRequest({ ...names.request, stream: true }, losses.warn)
  const body = target.quirks && target.dialect === 'openai-chat' ? meetQuirks(encoded, target.quirks) : encoded
  losses.tell()
  const call: Call = {
    origin: target.url.origin,
    method: 'POST',
    path: pathAt(target, endpointPaths[target.dialect], ''),
    headers: callHeaders(target, incoming.headers),
    body: Buffer.from(exactText(body)),
  }
  const sink = createSink(services, incoming, request, target, { reason, omitted: losses.omitted() }, reply)
  return new Promise((resolve, reject) => {
    const listener = new TranslationListener(services, target, restoring(sink, names.restore), reply, {
      resolve,
      reject,
    })
    listener.begin(startAttempt(services.pools, services.clock, silenceOf(services, target, true), call, listener))
  })
}

/** Made anew: what a client sends to one provider is not meant for another. Only its credential goes along where the target has none. */
function callHeaders(target: Target, incoming: HeaderList): HeaderList {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity']
  if (target.dialect === 'anthropic')
    headers.push('anthropic-version', headerOf(incoming, 'anthropic-version') ?? '2023-06-01')
  if (target.credential) headers.push(...credentialHeader(target.credential))
  else if (target.kind === 'cloud') {
    const authorization = headerOf(incoming, 'authorization')
    const key = headerOf(incoming, 'x-api-key') ?? authorization?.replace(/^Bearer /i, '')
    if (key !== undefined)
      headers.push(
        ...credentialHeader({ header: target.dialect === 'anthropic' ? 'x-api-key' : 'authorization', value: key }),
      )
  }
  return headers
}

/** Calls leave under the names that the client knows. */
function restoring(sink: AnswerSink, restore: (name: string) => string): AnswerSink {
  return {
    get isCommitted() {
      return sink.isCommitted
    },
    event: (event) => sink.event(event.type === 'tool-call-start' ? { ...event, name: restore(event.name) } : event),
    flush: () => sink.flush(),
  }
}

type Phase =
  | { at: 'waiting' }
  | { at: 'refused'; head: AnswerHead; chunks: Buffer[]; bytes: number }
  | { at: 'answering'; frames: FrameDecoder; decoder: AnswerDecoder }
  | { at: 'over' }

const maxRefusalBytes = 1024 * 1024

class TranslationListener implements CallListener {
  readonly #services: Services
  readonly #target: Target
  readonly #targetDialect: TargetDialect
  readonly #reply: Reply
  readonly #outcome: Settle
  readonly #sink: AnswerSink
  #attempt: Attempt | undefined
  #phase: Phase = { at: 'waiting' }

  constructor(services: Services, target: Target, sink: AnswerSink, reply: Reply, outcome: Settle) {
    this.#services = services
    this.#target = target
    this.#targetDialect = targetDialects[target.dialect]
    this.#sink = sink
    this.#reply = reply
    this.#outcome = outcome
  }

  begin(attempt: Attempt): void {
    this.#attempt = attempt
    this.#reply.onGone(() => {
      this.#phase = { at: 'over' }
      attempt.abort()
      this.#outcome.resolve(clientGone)
    })
    this.#reply.onDrain(() => attempt.resume())
  }

  head(head: AnswerHead): void {
    if (head.status !== 200) {
      this.#phase = { at: 'refused', head, chunks: [], bytes: 0 }
      return
    }
    const decoder = this.#targetDialect.createDecoder((event) => this.#take(event), this.#services.clock.now())
    const frames = createFrameDecoder(this.#targetDialect.framing, decoder)
    this.#phase = { at: 'answering', frames, decoder }
  }

  data(chunk: Buffer): void {
    const phase = this.#phase
    if (phase.at === 'refused' && phase.bytes < maxRefusalBytes) {
      phase.chunks.push(chunk)
      phase.bytes += chunk.length
    }
    if (phase.at !== 'answering') return
    phase.frames.feed(chunk)
    if (!this.#sink.flush()) this.#attempt?.pause()
  }

  end(): void {
    const phase = this.#phase
    if (phase.at === 'answering') {
      phase.frames.end()
      phase.decoder.end()
      this.#sink.flush()
    } else if (phase.at === 'refused') this.#refuse(phase.head, Buffer.concat(phase.chunks).toString('utf8'))
  }

  fault(error: unknown): void {
    this.#outcome.reject(error)
  }

  failure(failure: Failure): void {
    this.#take({ type: 'failure', failure })
    this.#sink.flush()
  }

  #refuse({ status, headers }: AnswerHead, text: string): void {
    const said = { status, headers, body: parseJson(text), text, nowMs: this.#services.clock.now() }
    this.#fail(this.#targetDialect.decodeFailure(said))
  }

  #take(event: StreamEvent): void {
    if (this.#phase.at === 'over') return
    if (event.type === 'failure' && !this.#sink.isCommitted) return this.#fail(event.failure)
    this.#sink.event(event)
    if (event.type !== 'failure' && event.type !== 'finish') return
    this.#phase = { at: 'over' }
    if (event.type === 'failure') {
      const { name } = this.#target
      this.#services.log.warn(
        `⚠️ ${name} broke off in the middle of its answer (${describeFailure(event.failure)}): the client was told`,
        { target: name },
      )
    }
    this.#outcome.resolve({ type: 'answered' })
  }

  #fail(failure: Failure): void {
    this.#phase = { at: 'over' }
    this.#attempt?.abort()
    this.#outcome.resolve({ type: 'failed', failure })
  }
}

function createFrameDecoder(framing: TargetDialect['framing'], decoder: AnswerDecoder): FrameDecoder {
  const onFrame = decoder.frame.bind(decoder)
  return framing === 'sse' ? createSseDecoder(onFrame) : createNdjsonDecoder(onFrame)
}

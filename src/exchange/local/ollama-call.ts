/** One call of the local Ollama whose answer goes to an Ollama app as it comes: line by line, or whole. */
import { encodeFailureFrame, judgeFrame } from '../../dialects/ollama/answer.ts'
import { decodeFailure } from '../../dialects/ollama/failure.ts'
import type { FrameRole } from '../../dialects/dialect.ts'
import { streamCut, type Failure } from '../../ir/failure.ts'
import { parseJson } from '../../ir/json.ts'
import type { Target } from '../../routing/target.ts'
import type { AnswerHead } from '../../upstream/answer-head.ts'
import { startAttempt, type Attempt, type Call, type CallListener } from '../../upstream/attempt.ts'
import { headerMap, headerOf, headerText, type HeaderList } from '../../wire/headers.ts'
import { createNdjsonDecoder } from '../../wire/ndjson.ts'
import type { FrameDecoder } from '../../wire/sse.ts'
import { clientGone, type Outcome, type Services, type Settle } from '../outcome.ts'
import { follow, type Reply } from '../reply/reply.ts'

export function callOllama(
  services: Services,
  target: Target,
  call: Call,
  isStream: boolean,
  reply: Reply,
): Promise<Outcome> {
  if (reply.isGone) return Promise.resolve(clientGone)
  return new Promise((resolve, reject) => {
    const listener = new OllamaListener(services, target, isStream, reply, { resolve, reject })
    const { times, clock, pools } = services
    // Nobody else could answer it.
    const patient = { mayThink: () => false, deadlineMs: Number.POSITIVE_INFINITY, race: undefined }
    const patience = { ...times.limitsOf(target, isStream ? 'stream' : 'whole'), ...patient }
    listener.begin(startAttempt(pools, clock, patience, call, listener))
  })
}

type Phase =
  | { at: 'waiting' }
  /** A refusal, or an answer that is no stream. */
  | { at: 'whole'; head: AnswerHead; chunks: Buffer[] }
  | { at: 'streaming'; lines: FrameDecoder; isWithinLine: boolean }
  | { at: 'over' }

class OllamaListener implements CallListener {
  readonly #services: Services
  readonly #target: Target
  readonly #isStream: boolean
  readonly #reply: Reply
  readonly #outcome: Settle
  #attempt: Attempt | undefined
  #phase: Phase = { at: 'waiting' }
  /** Of the last line so far. */
  #role: FrameRole = 'preamble'
  #lastWordAtMs = 0

  constructor(services: Services, target: Target, isStream: boolean, reply: Reply, outcome: Settle) {
    this.#services = services
    this.#target = target
    this.#isStream = isStream
    this.#reply = reply
    this.#outcome = outcome
  }

  begin(attempt: Attempt): void {
    this.#attempt = attempt
    follow(this.#reply, attempt, () => {
      this.#phase = { at: 'over' }
      this.#outcome.resolve(clientGone)
    })
  }

  head(head: AnswerHead): void {
    if (!this.#isStream || head.status !== 200) {
      this.#phase = { at: 'whole', head, chunks: [] }
      return
    }
    const lines = createNdjsonDecoder((frame) => {
      this.#role = judgeFrame(frame)
    })
    this.#phase = { at: 'streaming', lines, isWithinLine: false }
    this.#reply.head(200, 'OK', this.#headers(head))
    this.#reply.flushHead()
  }

  data(chunk: Buffer, atMs: number): boolean {
    this.#lastWordAtMs = atMs
    const phase = this.#phase
    if (phase.at === 'whole') phase.chunks.push(chunk)
    if (phase.at === 'streaming') {
      phase.lines.feed(chunk)
      phase.isWithinLine = chunk.at(-1) !== lineFeed
      if (!this.#reply.write(chunk)) this.#attempt?.pause()
    }
    return true
  }

  /** Every line of it counts as one. */
  isThinking(): boolean {
    return false
  }

  lastWordAtMs(): number {
    return this.#lastWordAtMs
  }

  end(): void {
    const phase = this.#phase
    if (phase.at === 'whole') return this.#giveWhole(phase.head, Buffer.concat(phase.chunks))
    if (phase.at !== 'streaming') return
    phase.lines.end()
    if (this.#role !== 'end' && this.#role !== 'failure') return this.#breakOff(streamCut, phase.isWithinLine)
    this.#phase = { at: 'over' }
    this.#reply.end()
    this.#outcome.resolve({ type: 'answered' })
  }

  failure(failure: Failure): void {
    if (this.#phase.at === 'streaming') return this.#breakOff(failure, this.#phase.isWithinLine)
    this.#phase = { at: 'over' }
    this.#outcome.resolve({ type: 'failed', failure })
  }

  fault(error: unknown): void {
    this.#outcome.reject(error)
  }

  #giveWhole(head: AnswerHead, body: Buffer): void {
    this.#phase = { at: 'over' }
    const { status, statusMessage, headers } = head
    const given = [...this.#headers(head), 'content-length', String(body.length)]
    if (status !== 200) {
      const text = body.toString('utf8')
      const said = {
        status,
        headers: headerMap(headers),
        body: parseJson(text),
        text,
        nowMs: this.#services.clock.now(),
      }
      const original = { status, statusMessage, headers: given, body }
      return this.#outcome.resolve({ type: 'failed', failure: decodeFailure(said), original })
    }
    this.#reply.head(status, statusMessage, given)
    this.#reply.end(body)
    this.#outcome.resolve({ type: 'answered' })
  }

  #headers({ headers }: AnswerHead): HeaderList {
    return [
      'content-type',
      headerOf(headers, 'content-type') ?? 'application/json',
      'X-Trooper-Provider',
      headerText(this.#target.name),
    ]
  }

  /** An error of its own line, never a silent end. */
  #breakOff(failure: Failure, isWithinLine: boolean): void {
    this.#phase = { at: 'over' }
    const { name } = this.#target
    this.#services.log.warn(`⚠️ ${name} broke off in the middle of its answer: the client was told`, { target: name })
    this.#reply.end(`${isWithinLine ? '\n' : ''}${encodeFailureFrame(failure)}`)
    this.#outcome.resolve({ type: 'answered' })
  }
}

const lineFeed = 0x0a

/**
 * An answer on its way through. What is held back before the commit point: a whole answer that is not streamed, and the announcing frames
 * of a stream.
 */
import type { ClientDialect, ClientDialectName } from '../../dialects/dialect.ts'
import { isSilent } from '../../dialects/gaps.ts'
import { clientDialects } from '../../dialects/registry.ts'
import { frameTorn, streamCut, type Failure } from '../../ir/failure.ts'
import { objectOf, parseJson } from '../../ir/json.ts'
import type { AnswerHead } from '../../upstream/answer-head.ts'
import type { Attempt, CallListener } from '../../upstream/attempt.ts'
import type { Patience } from '../../upstream/patience.ts'
import { withoutLength, type HeaderList } from '../../wire/headers.ts'
import { createSseDecoder, type Frame, type FrameDecoder } from '../../wire/sse.ts'
import { AnswerNotes } from './answer-notes.ts'
import { asJson, beginsAsJson, formOf, isBlank, saysStream } from './inspect.ts'
import { takeUp } from '../translate/open-answer.ts'
import { clientGone, type Incoming, type Services, type Settle, type Turn } from '../outcome.ts'
import { PassedBytes } from './passed-bytes.ts'
import { RelayedStream, type StreamFault } from './relayed-stream.ts'
import { follow, type HeldAnswer, type Reply } from '../reply/reply.ts'
import { StreamTail } from './stream-tail.ts'
import { decodeWithin, judgeWhole, type Awaited } from './whole-answer.ts'
import { WholeBody } from './whole-body.ts'

/** An answer larger than this is streamed on unjudged rather than held. */
const maxHeldBytes = 64 * 1024 * 1024
/** More than this announces nothing: whatever it is, the client may see it. */
const maxHeldPreamble = 1024 * 1024
/** A stream that announced itself but says nothing yet is opened to the client after this, so that it sees signs of life. */
const maxHoldMs = 10_000

type Phase =
  | { at: 'waiting' }
  /** Reading an answer whole, to judge it before the client sees any of it; `isBegun`: but the head of a stream, which it called itself. */
  | { at: 'whole'; head: AnswerHead; body: WholeBody; isBegun?: true }
  /** Reading a stream's frames until one says something. `isBlank`: nothing but white space came, so that it may be no stream at all. */
  | { at: 'judging'; head: AnswerHead; body: WholeBody; isBlank: boolean; frames: FrameDecoder; cancelHold: () => void }
  /** `stream` is unset for one that cannot be read; `silent` is set for one that was opened before it said anything. */
  | { at: 'streaming'; stream: RelayedStream | undefined; silent: Silent | undefined }
  | { at: 'over' }

/** A stream that has not said anything yet; `isBlank` as above. */
interface Silent {
  head: AnswerHead
  isBlank: boolean
  frames: FrameDecoder
}

/** A class, as its methods run on every chunk. */
export class RelayListener implements CallListener {
  readonly #services: Services
  readonly #dialectName: ClientDialectName
  readonly #awaited: Awaited
  readonly #dialect: ClientDialect
  readonly #reply: Reply
  readonly #heard: Turn['heard']
  readonly #notes: AnswerNotes
  readonly #race: Patience['race']
  readonly #outcome: Settle
  readonly #onAnswer: ((text: string) => void) | undefined
  #attempt: Attempt | undefined
  #phase: Phase = { at: 'waiting' }
  /** More than comments and pings came. */
  #isAnnounced = false
  /** Of what is no stream, or cannot be read. */
  #lastWordAtMs = 0

  constructor(
    services: Services,
    { dialect, asksForStream, asked }: Incoming,
    { reply, patience, heard, record }: Turn,
    outcome: Settle,
    onAnswer: ((text: string) => void) | undefined,
  ) {
    this.#services = services
    this.#awaited = asked ? 'facts' : asksForStream ? 'stream' : 'answer'
    this.#dialectName = dialect
    this.#dialect = clientDialects[dialect]
    this.#reply = reply
    this.#heard = heard
    this.#notes = new AnswerNotes(this.#dialect, record)
    this.#race = patience.race
    this.#outcome = outcome
    this.#onAnswer = onAnswer
  }

  begin(attempt: Attempt): void {
    this.#attempt = attempt
    follow(this.#reply, attempt, () => {
      const stream = this.#phase.at === 'streaming' ? this.#phase.stream : undefined
      this.#leave()
      if (stream) this.#notes.ended(stream.tail.frames())
      stream?.release()
      this.#outcome.resolve(clientGone)
    })
  }

  head(head: AnswerHead): void {
    if (head.tellsUsage) this.#heard?.(head.headers, head.atMs)
    const form = formOf(head, this.#awaited === 'stream')
    if (form === 'whole') this.#phase = { at: 'whole', head, body: new WholeBody() }
    else if (form === 'unreadable') this.#open(head, [], undefined, undefined)
    else this.#judge(head)
  }

  #judge(head: AnswerHead): void {
    const frames = createSseDecoder((frame) => this.#judgeFrame(frame))
    const cancelHold = saysStream(head) ? this.#hold(frames) : () => {}
    this.#phase = { at: 'judging', head, body: new WholeBody(), isBlank: true, frames, cancelHold }
  }

  #hold(frames: FrameDecoder): () => void {
    return this.#services.clock.after(maxHoldMs, () => this.#openSilent(frames))
  }

  /** Of several targets none may have the client's stream before it speaks; once the others have failed, the last one may. */
  #openSilent(frames: FrameDecoder): void {
    if (!this.#race || this.#race.isAlone()) return this.#commit(frames)
    if (this.#phase.at === 'judging') this.#phase.cancelHold = this.#hold(frames)
  }

  #judgeFrame(frame: Frame): void {
    const phase = this.#phase
    if (phase.at !== 'judging' && phase.at !== 'streaming') return
    switch (this.#dialect.judgeFrame(frame)) {
      case 'failure':
        return this.#failInStream(frame.data)
      case 'reasoning':
      case 'content':
      case 'end':
        if (phase.at === 'streaming') phase.silent = undefined
        return this.#commit(undefined)
      case 'torn':
        return this.#dialect.gapGrammar.wasWords(frame) ? undefined : this.#failTorn()
      case 'preamble':
        this.#isAnnounced ||= !isSilent(objectOf(parseJson(frame.data)))
        return
      case 'closing':
      case 'noise':
        return
    }
  }

  data(chunk: Buffer, atMs: number): boolean {
    const phase = this.#phase
    switch (phase.at) {
      case 'streaming':
        if (!phase.stream) this.#lastWordAtMs = atMs
        if (phase.silent?.isBlank && this.#turnsOutWholeLate(phase.silent, chunk)) return this.data(chunk, atMs)
        this.#pass(phase.stream, chunk, atMs)
        return !phase.silent || this.#speaks(phase.silent, chunk)
      case 'judging':
        if (phase.isBlank && this.#turnsOutWhole(phase, chunk)) return this.data(chunk, atMs)
        phase.body.push(chunk)
        phase.frames.feed(chunk)
        if (phase.body.length > maxHeldPreamble) this.#commit(undefined)
        return this.#phase.at === 'streaming'
      case 'whole':
        phase.body.push(chunk)
        if (phase.body.length > maxHeldBytes) this.#letGo(phase)
        if (phase.head.status >= 400 || isBlank(chunk)) return false
        this.#lastWordAtMs = atMs
        return true
      case 'waiting':
      case 'over':
        return false
    }
  }

  /** What says that it is a stream may be opened without a word; anything else once it has begun as one. */
  #turnsOutWhole(phase: Phase & { at: 'judging' }, chunk: Buffer): boolean {
    const isJson = beginsAsJson(chunk)
    if (isJson === undefined) return false
    phase.isBlank = false
    if (!isJson && !saysStream(phase.head)) phase.cancelHold = this.#hold(phase.frames)
    if (!isJson) return false
    this.#leave()
    this.#phase = { at: 'whole', head: asJson(phase.head), body: phase.body }
    return true
  }

  /** What was opened as a stream without a word. */
  #turnsOutWholeLate(silent: Silent, chunk: Buffer): boolean {
    const isJson = beginsAsJson(chunk)
    if (isJson !== undefined) silent.isBlank = false
    if (isJson) this.#phase = { at: 'whole', head: asJson(silent.head), body: new WholeBody(), isBegun: true }
    return isJson === true
  }

  /** Too large to be held; where a stream was begun, it cannot be made one. */
  #letGo({ head, body, isBegun }: Phase & { at: 'whole' }): void {
    if (!isBegun) return this.#open(head, body.chunks, undefined, undefined)
    this.#attempt?.abort()
    this.#fail(streamCut)
  }

  /** Every frame is read until one says something; from then on that is looked at when a clock asks. */
  #speaks({ frames }: Silent, chunk: Buffer): boolean {
    frames.feed(chunk)
    return this.#phase.at === 'streaming' && !this.#phase.silent
  }

  lastWordAtMs(): number {
    const phase = this.#phase
    return phase.at === 'streaming' && phase.stream ? phase.stream.lastWordAtMs : this.#lastWordAtMs
  }

  isThinking(): boolean {
    return this.#phase.at === 'streaming' && this.#phase.stream?.isThinking() === true
  }

  end(): void {
    const phase = this.#phase
    if (phase.at === 'whole') return this.#judgeWhole(phase)
    if (phase.at === 'judging') {
      if (!isWhole(this.#dialect, phase.body.chunks)) return this.#fail(streamCut)
      this.#commit(undefined)
    }
    if (this.#phase.at !== 'streaming') return
    const { stream } = this.#phase
    const rest = stream?.rest()
    if (stream && !stream.tail.isWhole()) {
      if (rest) this.#reply.write(rest)
      return this.#breakOff(stream.fault ? this.#failureOf(stream.fault) : streamCut, stream)
    }
    this.#leave()
    this.#reply.end(rest)
    if (stream) this.#notes.ended(stream.tail.frames())
    this.#outcome.resolve({ type: 'answered' })
    const last = this.#onAnswer ? stream?.tail.endFrame() : undefined
    if (last) this.#onAnswer?.(last.data)
    stream?.release()
  }

  fault(error: unknown): void {
    this.#outcome.reject(error)
  }

  failure(failure: Failure): void {
    const phase = this.#phase
    // Of what cannot be unzipped there may come more.
    this.#attempt?.abort()
    if (phase.at !== 'streaming') this.#fail(failure)
    // An answer that is whole stays so, however its connection ended.
    else if (phase.stream?.tail.isWhole()) this.end()
    else this.#breakOff(failure, phase.stream)
  }

  /** The commit point of a stream: what was held goes out, the rest follows as it comes. `frames`: it has not said anything yet. */
  #commit(frames: FrameDecoder | undefined): void {
    const phase = this.#phase
    if (phase.at !== 'judging') return
    const silent = frames && { head: phase.head, isBlank: phase.isBlank, frames }
    const isSeamless = this.#services.seam
    this.#notes.begun(phase.body.chunks)
    this.#open(phase.head, phase.body.chunks, new RelayedStream(this.#dialect, isSeamless), silent)
  }

  #pass(stream: RelayedStream | undefined, chunk: Buffer, atMs: number): void {
    const bytes = stream ? stream.push(chunk, atMs) : chunk
    if (bytes && !this.#reply.write(bytes)) this.#attempt?.pause()
    if (stream?.fault) this.#breakOff(this.#failureOf(stream.fault), stream)
  }

  /** A stream's length may change by an error at its end, so it is not promised. */
  #open(head: AnswerHead, held: Buffer[], stream: RelayedStream | undefined, silent: Silent | undefined): void {
    this.#leave()
    this.#phase = { at: 'streaming', stream, silent }
    this.#reply.head(head.status, head.statusMessage, withoutLength(head.passed))
    if (held.length === 0) this.#reply.flushHead()
    const nowMs = this.#services.clock.now()
    for (const chunk of held) if (this.#phase.at === 'streaming') this.#pass(stream, chunk, nowMs)
  }

  #judgeWhole({ head, body, isBegun }: Phase & { at: 'whole' }): void {
    const judged = judgeWhole(head, body, this.#dialectName, this.#awaited, this.#services.clock)
    if (judged.is === 'bad') return this.#fail(judged.failure, judged.isSaid ? held(head, body.chunks) : undefined)
    this.#leave()
    if (!isBegun) this.#reply.head(head.status, head.statusMessage, judged.headers)
    // Chunk by chunk: Node sends what is written in one turn together, so nothing need be joined.
    const { pieces } = judged
    for (let at = 0; at < pieces.length - 1; at += 1) this.#reply.write(pieces[at] ?? '')
    this.#reply.end(pieces.at(-1))
    this.#notes.whole(body)
    this.#outcome.resolve({ type: 'answered' })
    if (head.status === 200) this.#onAnswer?.(body.text())
  }

  #failInStream(data: string): void {
    const phase = this.#phase
    if (phase.at !== 'judging') return
    this.#attempt?.abort()
    this.#fail(this.#decode(phase.head.headers, data), held(phase.head, phase.body.chunks))
  }

  /** The client has seen nothing of it yet. */
  #failTorn(): void {
    if (this.#phase.at !== 'judging') return
    this.#attempt?.abort()
    this.#fail(frameTorn)
  }

  #failureOf(fault: StreamFault): Failure {
    return fault.type === 'found' ? fault.failure : this.#decode([], fault.frame.data)
  }

  #decode(headers: HeaderList, text: string): Failure {
    return decodeWithin(this.#dialectName, headers, text, this.#services.clock.now())
  }

  #fail(failure: Failure, original?: HeldAnswer): void {
    const isBegun = this.#phase.at === 'whole' && this.#phase.isBegun
    this.#leave()
    if (isBegun) return this.#outcome.resolve({ type: 'failed', failure, isBegun })
    this.#outcome.resolve(original ? { type: 'failed', failure, original } : { type: 'failed', failure })
  }

  /** After the commit point: somebody else goes on, or the client is told; never a silent end. */
  #breakOff(failure: Failure, stream: RelayedStream | undefined): void {
    const isBegun = this.#phase.at === 'streaming' && this.#phase.silent !== undefined && !this.#isAnnounced
    this.#leave()
    this.#attempt?.abort()
    // Nothing is there yet that anybody would have to continue.
    if (isBegun) return this.#outcome.resolve({ type: 'failed', failure, isBegun })
    if (stream) this.#notes.ended(stream.tail.frames())
    const seen = stream?.seen()
    const { seam, clock } = this.#services
    this.#outcome.resolve({
      type: 'broken',
      failure,
      takeUp: (request, onEnd) =>
        seen && seam ? takeUp(this.#dialectName, seen, request, this.#reply, clock, onEnd) : undefined,
      tell: () => {
        const frame = this.#dialect.encodeFailureFrame(failure, stream?.tail.lastFrame())
        this.#reply.end(stream?.tail.isWithinFrame ? `\n\n${frame}` : frame)
      },
    })
  }

  #leave(): void {
    if (this.#phase.at === 'judging') this.#phase.cancelHold()
    this.#phase = { at: 'over' }
  }
}

function held({ status, statusMessage, passed }: AnswerHead, chunks: Buffer[]): HeldAnswer {
  const body = Buffer.concat(chunks)
  const headers = [...withoutLength(passed), 'content-length', String(body.length)]
  return { status, statusMessage, headers, body }
}

function isWhole(dialect: ClientDialect, chunks: Buffer[]): boolean {
  const passed = new PassedBytes()
  for (const chunk of chunks) passed.push(chunk)
  const isEnded = new StreamTail(dialect.judgeFrame, passed).isWhole()
  passed.release()
  return isEnded
}

/** What Trooper must know of a wire format: each dialect knows only its own wire, and the IR. */
import type { Emit, StreamEvent, Usage } from '../ir/events.ts'
import type { Failure } from '../ir/failure.ts'
import type { JsonObject, JsonValue } from '../ir/json.ts'
import type { ChatRequest, DialectName, Warn } from '../ir/request.ts'
import type { ChatResponse } from '../ir/response.ts'
import type { HeaderMap } from '../wire/headers.ts'
import type { Frame } from '../wire/sse.ts'
import type { GapGrammar } from './gaps.ts'

/** A wire format that clients speak: Trooper answers in it. */
export interface ClientDialect {
  /** The `content-type` of a streamed answer. */
  streamType: string
  /** Throws {@link BadRequest} with the path of what is wrong. */
  decodeRequest: (body: JsonValue | undefined) => ChatRequest

  /** Encodes a streamed answer: text ready to write, `''` when an event has nothing to say in this dialect. */
  createEncoder: (identity: AnswerIdentity, request: ChatRequest) => AnswerEncoder
  /** A stream that its client may have before anybody has begun to answer. */
  openStream: (request: ChatRequest) => OpenStream
  /** Between any two frames of a stream, whoever writes it; `undefined`: nothing on this wire means nothing. */
  sign: string | undefined
  encodeResponse: (response: ChatResponse, identity: AnswerIdentity, request: ChatRequest) => JsonObject
  /** The id of an answer that Trooper makes itself; `unique` is 24 lower-case hex digits. */
  answerId: (unique: string, isFallback: boolean) => string

  encodeFailure: (failure: Failure) => { status: number; body: JsonObject }
  /** The same as a frame inside a stream whose head is already sent; `last` is the last whole frame of it, where there was one. */
  encodeFailureFrame: (failure: Failure, last?: Frame) => string

  /** What a frame of a relayed stream means; parses it, so it is asked only before the commit point and about the last frames. */
  judgeFrame: (frame: Frame) => FrameRole
  /** What it knows of frames that it cannot read. */
  gapGrammar: GapGrammar
  /** Tokens, as an answer states them under `usage`. */
  decodeUsage: (usage: JsonObject) => Usage
}

/** A wire format that targets speak: Trooper asks in it. */
export interface TargetDialect {
  /** How a streamed answer is framed. */
  framing: 'sse' | 'ndjson'
  encodeRequest: (request: ChatRequest, warn: Warn) => JsonObject
  /** Decodes a streamed answer; keeps the event grammar whatever the frames are. `nowMs` dates the waits that an error names. */
  createDecoder: (emit: Emit, nowMs: number) => AnswerDecoder
  decodeFailure: (answer: FailedAnswer) => Failure
}

/** The dialects that clients may speak: all of them. */
export type ClientDialectName = DialectName

export interface AnswerDecoder {
  frame(frame: Frame): void
  /** The body ended without a fault of the transport; a stream that said no end of its own becomes a failure here. */
  end(): void
}

/** Takes up a stream that a provider of the same dialect began, at the place where it broke off; `undefined` where that cannot be. */
export type Resume = (frames: readonly Frame[], request: ChatRequest, nowMs: number) => Resumed | undefined

interface Resumed {
  /** What the client has seen of the answer. */
  events: StreamEvent[]
  /** Frames that close what nobody else can continue; the client has to see them next. */
  closing: string
  encode: AnswerEncoder
  /** That it is still being worked on, between any two frames. */
  sign: () => string
  /** With `closing` the answer is whole: only its last frame was missing. */
  isWhole: boolean
}

export type AnswerEncoder = (event: StreamEvent) => string

/** A stream whose answer comes later, and perhaps from another than it seemed: what is written of it fits together all the same. */
export interface OpenStream {
  /** Its signs are part of the answer, and the client has some: whoever answers has to write into it. */
  hasBegun(): boolean
  /** That it is still being worked on; `identity` is of whoever is asked. */
  sign: (identity: AnswerIdentity) => string
  /** For the events of whoever answers. */
  createEncoder: (identity: AnswerIdentity) => AnswerEncoder
}

export interface AnswerIdentity {
  /** As {@link ClientDialect.answerId} made it. */
  id: string
  /** The model that answers, as the client shall see it. */
  model: string
  createdAtMs: number
}

/**
 * `preamble` announces an answer or says nothing of it (a ping, an empty delta), `content` is something a person would see, `end` closes
 * it, `failure` is an error inside a 200; `reasoning` is content too: the model thinks, and goes on with it until a frame of another role
 * comes; `closing` only says that nothing follows (`[DONE]`), whether the answer is whole or not; `noise` and `torn` cannot be read (gaps.ts).
 */
export type FrameRole = 'preamble' | 'reasoning' | 'content' | 'end' | 'failure' | 'closing' | 'noise' | 'torn'

/** An answer that is no success: a status of 400 or more, or an error found inside a 200. */
export interface FailedAnswer {
  /** HTTP status; `undefined` for an error inside a stream. */
  status: number | undefined
  headers: HeaderMap
  /** The body as JSON, if it is any. */
  body: JsonValue | undefined
  /** The body as text, cut at a bound. */
  text: string
  nowMs: number
}

/** A request that its own dialect does not allow: the client's to mend. */
export class BadRequest extends Error {
  readonly path: string
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`)
    this.name = 'BadRequest'
    this.path = path
  }
}

/** A request that leaves its history with a provider; `code` is that provider's own word, after which its clients send the whole. */
export class KeptElsewhere extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'KeptElsewhere'
    this.code = code
  }
}

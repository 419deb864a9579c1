/** All dialects by name. A fifth one is a folder and a line in each table. */
import type { ChatRequest, DialectName } from '../ir/request.ts'
import * as anthropicRequest from './anthropic/request.ts'
import * as anthropicFailure from './anthropic/failure.ts'
import * as anthropicGaps from './anthropic/gaps.ts'
import * as anthropicResponse from './anthropic/response.ts'
import * as anthropicStream from './anthropic/stream.ts'
import type { AnswerEncoder, AnswerIdentity, ClientDialect, ClientDialectName, TargetDialect } from './dialect.ts'
import { madeHere } from './made-here.ts'
import * as ollamaAnswer from './ollama/answer.ts'
import * as ollamaDecodeRequest from './ollama/decode-request.ts'
import * as ollamaFailure from './ollama/failure.ts'
import * as ollamaGaps from './ollama/gaps.ts'
import * as ollamaRequest from './ollama/request.ts'
import * as ollamaStream from './ollama/stream.ts'
import * as chatFailure from './openai-chat/failure.ts'
import * as chatGaps from './openai-chat/gaps.ts'
import * as chatRequest from './openai-chat/request.ts'
import * as chatResponse from './openai-chat/response.ts'
import * as chatStream from './openai-chat/stream.ts'
import * as responsesEncoder from './openai-responses/encoder.ts'
import * as responsesOpenStream from './openai-responses/open-stream.ts'
import * as responsesFailure from './openai-responses/failure.ts'
import * as responsesGaps from './openai-responses/gaps.ts'
import * as responsesRequest from './openai-responses/request.ts'
import * as responsesResponse from './openai-responses/response.ts'
import * as responsesStream from './openai-responses/stream.ts'

/**
 * Where a dialect leaves the id free, it says who answered. Never the same twice: Claude Code takes answers of one id for parts of one and
 * puts the calls of a whole loop into a single turn (seen with 2.1.332), and LangGraph writes the later one over the earlier. Not `msg_` either:
 * Claude Code goes on from such an answer as one that its provider keeps (https://github.com/bman654/clodex/pull/252).
 */
const fallbackId = (unique: string): string => `trooper-fallback-${unique}`

const eventStream = 'text/event-stream; charset=utf-8'

/** A sign of life that is the same everywhere, and no part of an answer. */
function signedBy(
  sign: string,
  createEncoder: (identity: AnswerIdentity, request: ChatRequest) => AnswerEncoder,
): ClientDialect['openStream'] {
  return (request) => ({
    hasBegun: () => false,
    sign: () => sign,
    createEncoder: (identity) => createEncoder(identity, request),
  })
}

const anthropic: ClientDialect & TargetDialect = {
  framing: 'sse',
  streamType: eventStream,
  decodeRequest: anthropicRequest.decodeRequest,
  encodeRequest: anthropicRequest.encodeRequest,
  createDecoder: anthropicStream.createDecoder,
  createEncoder: anthropicStream.createEncoder,
  openStream: signedBy(anthropicStream.sign, anthropicStream.createEncoder),
  sign: anthropicStream.sign,
  encodeResponse: anthropicResponse.encodeResponse,
  answerId: (unique, isFallback) => (isFallback ? fallbackId(unique) : `msg_${unique}`),
  decodeFailure: anthropicFailure.decodeFailure,
  encodeFailure: anthropicFailure.encodeFailure,
  encodeFailureFrame: anthropicResponse.encodeFailureFrame,
  judgeFrame: anthropicStream.judgeFrame,
  gapGrammar: anthropicGaps.gapGrammar,
  decodeUsage: anthropicResponse.decodeUsage,
}

const openaiChat: ClientDialect & TargetDialect = {
  framing: 'sse',
  streamType: eventStream,
  decodeRequest: chatRequest.decodeRequest,
  encodeRequest: chatRequest.encodeRequest,
  createDecoder: chatStream.createDecoder,
  createEncoder: chatStream.createEncoder,
  openStream: signedBy(chatStream.sign, chatStream.createEncoder),
  sign: chatStream.sign,
  encodeResponse: chatResponse.encodeResponse,
  answerId: (unique, isFallback) => (isFallback ? fallbackId(unique) : `chatcmpl-${unique}`),
  decodeFailure: chatFailure.decodeFailure,
  encodeFailure: chatFailure.encodeFailure,
  encodeFailureFrame: chatResponse.encodeFailureFrame,
  judgeFrame: chatStream.judgeFrame,
  gapGrammar: chatGaps.gapGrammar,
  decodeUsage: chatResponse.decodeUsage,
}

const openaiResponses: ClientDialect & TargetDialect = {
  framing: 'sse',
  streamType: eventStream,
  decodeRequest: responsesRequest.decodeRequest,
  encodeRequest: responsesRequest.encodeRequest,
  createDecoder: responsesStream.createDecoder,
  createEncoder: responsesEncoder.createEncoder,
  openStream: responsesOpenStream.openStream,
  // Codex takes no notice of it, but whatever stands between does (real-clients.md 3).
  sign: ': waiting\n\n',
  encodeResponse: responsesResponse.encodeResponse,
  // Recognised when it comes back: no provider knows an answer that Trooper made.
  answerId: (unique) => `resp_${madeHere}${unique}`,
  decodeFailure: responsesFailure.decodeFailure,
  encodeFailure: responsesFailure.encodeFailure,
  encodeFailureFrame: responsesStream.encodeFailureFrame,
  judgeFrame: responsesStream.judgeFrame,
  gapGrammar: responsesGaps.gapGrammar,
  decodeUsage: responsesResponse.decodeUsage,
}

const ollama: ClientDialect & TargetDialect = {
  framing: 'ndjson',
  streamType: 'application/x-ndjson',
  decodeRequest: ollamaDecodeRequest.decodeRequest,
  createEncoder: ollamaAnswer.createEncoder,
  openStream: ollamaAnswer.openStream,
  sign: undefined,
  encodeResponse: ollamaAnswer.encodeResponse,
  // This wire has no ids of answers.
  answerId: () => '',
  encodeFailure: ollamaAnswer.encodeFailure,
  encodeFailureFrame: ollamaAnswer.encodeFailureFrame,
  judgeFrame: ollamaAnswer.judgeFrame,
  gapGrammar: ollamaGaps.gapGrammar,
  decodeUsage: ollamaStream.decodeUsage,
  encodeRequest: ollamaRequest.encodeRequest,
  createDecoder: ollamaStream.createDecoder,
  decodeFailure: ollamaFailure.decodeFailure,
}

export const clientDialects: { readonly [D in ClientDialectName]: ClientDialect } = {
  anthropic,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  ollama,
}

export const targetDialects: { readonly [D in DialectName]: TargetDialect } = {
  anthropic,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  ollama,
}

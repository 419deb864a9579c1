/** Events of a Responses stream: numbered, each under its own name (providers.md 3.4). */
import type { Failure } from '../../ir/failure.ts'
import type { JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { sseEvent } from '../../wire/sse.ts'
import type { AnswerIdentity } from '../dialect.ts'
import { failureFields, responseObject } from './response.ts'

export type Write = (type: string, fields: JsonObject) => string

/** `first`: the number of the first event, where somebody else began the stream. */
export function createWriter(first = 0): Write {
  let sequence = first
  return (type, fields) => sseEvent(type, JSON.stringify({ type, sequence_number: sequence++, ...fields }))
}

/** Codex understands only `response.failed`, the others surface it as a failed response (real-clients.md 3). */
export function failedResponse(identity: AnswerIdentity, request: ChatRequest, failure: Failure): JsonObject {
  return responseObject(identity, request, { status: 'failed', error: failureFields(failure) })
}

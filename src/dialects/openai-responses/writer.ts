/** Events of a Responses stream: numbered, each under its own name (providers.md 3.4). */
import { exactText } from '../../ir/exact-json.ts'
import type { Failure } from '../../ir/failure.ts'
import type { JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import { sseEvent } from '../../wire/sse.ts'
import type { AnswerIdentity } from '../dialect.ts'
import { failureFields, responseObject } from './response.ts'

/** `fields`: as an object, or where it is written often as JSON text (`"a":1,"b":2`). */
export type Write = (type: string, fields: JsonObject | string) => string

/** `first`: the number of the first event, where somebody else began the stream. */
export function createWriter(first = 0): Write {
  let sequence = first
  return (type, fields) => {
    const members = typeof fields === 'string' ? fields : membersOf(fields)
    return sseEvent(type, `{"type":"${type}","sequence_number":${sequence++},${members}}`)
  }
}

/** Only the response repeats what the client wrote, big numbers included; every other event is spared the look. */
function membersOf(fields: JsonObject): string {
  return ('response' in fields ? exactText(fields) : JSON.stringify(fields)).slice(1, -1)
}

/** How far a stream is before its first item. */
export interface Opening {
  write: Write
  /** The client knows its id. */
  isAnnounced: boolean
}

export function createOpening(): Opening {
  return { write: createWriter(), isAnnounced: false }
}

/** Once, whoever comes first: the answer or a sign of life. */
export function beginAnswer(opening: Opening, identity: AnswerIdentity, request: ChatRequest): string {
  if (opening.isAnnounced) return ''
  opening.isAnnounced = true
  const response = responseObject(identity, request, {})
  return opening.write('response.created', { response }) + opening.write('response.in_progress', { response })
}

/** What the request said is not said again every time. */
export function inProgress(
  write: Write,
  identity: AnswerIdentity,
  request: ChatRequest,
  output: JsonObject[] = [],
): string {
  const { echo: _, ...terse } = request
  return write('response.in_progress', { response: responseObject(identity, terse, { output }) })
}

/** Codex understands only `response.failed`, the others surface it as a failed response (real-clients.md 3). */
export function failedResponse(identity: AnswerIdentity, request: ChatRequest, failure: Failure): JsonObject {
  return responseObject(identity, request, { status: 'failed', error: failureFields(failure) })
}

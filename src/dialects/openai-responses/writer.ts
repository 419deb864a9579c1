/** Events of a Responses stream: numbered, each under its own name (providers.md 3.4). */
import { exactText } from '../../ir/exact-json.ts'
import type { Failure } from '../../ir/failure.ts'
import { only, without, type JsonObject } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'
import type { AnswerIdentity } from '../dialect.ts'
import { failureFields, responseObject } from './response.ts'

/** `fields`: as an object, or where it is written often as JSON text (`"a":1,"b":2`). */
export type Write = (type: string, fields: JsonObject | string) => string

/** `first`: the number of the first event, where somebody else began the stream. */
export function createWriter(first = 0): Write {
  let sequence = first
  return (type, fields) => {
    const members = typeof fields === 'string' ? fields : JSON.stringify(fields).slice(1, -1)
    return `${headOf(type)}${sequence++},${members}}\n\n`
  }
}

/** How every event of a type begins: put together once, as a stream has thousands of them. */
const heads = new Map<string, string>()

function headOf(type: string): string {
  const known = heads.get(type) ?? `event: ${type}\ndata: {"type":"${type}","sequence_number":`
  heads.set(type, known)
  return known
}

/** How far a stream is before its first item. */
export interface Opening {
  write: Write
  /** The client knows its id. */
  isAnnounced: boolean
  /** What all its events say alike of the response, once it was said: JSON text, members only. */
  settled?: string
}

export function createOpening(): Opening {
  return { write: createWriter(), isAnnounced: false }
}

/** Of the response object, what is not as the request has settled it: before its items, and behind them. */
const before = new Set(['id', 'status', 'error', 'incomplete_details'])
const behind = new Set(['usage', 'model'])
const changing = new Set([...before, 'output', ...behind])

/** An item is whole. `item` is JSON text, which is kept in `output`: the last event repeats them all. */
export function tellDone(write: Write, output: string[], at: number, item: string): string {
  output[at] = item
  return write('response.output_item.done', `"output_index":${at},"item":${item}`)
}

/** Tells the response. Most of it repeats the request, with tools of 50 KB: that is written once for a stream. */
export function tellResponse(
  opening: Opening,
  type: string,
  identity: AnswerIdentity,
  request: ChatRequest,
  fields: JsonObject,
  output: readonly string[] = [],
): string {
  return opening.write(type, `"response":${textOf(opening, responseObject(identity, request, fields), output)}`)
}

function textOf(opening: Opening, response: JsonObject, output: readonly string[]): string {
  opening.settled ??= membersOf(without(response, changing))
  const [head, end] = [only(response, before), only(response, behind)].map(membersOf)
  // What a provider left out of its numbering is no item.
  const items = Object.values(output).join(',')
  return `{${head},"output":[${items}],${end},${opening.settled}}`
}

/** What the client wrote has big numbers in it, which no other event repeats. */
function membersOf(fields: JsonObject): string {
  return exactText(fields).slice(1, -1)
}

/** Once, whoever comes first: the answer or a sign of life. */
export function beginAnswer(opening: Opening, identity: AnswerIdentity, request: ChatRequest): string {
  if (opening.isAnnounced) return ''
  opening.isAnnounced = true
  const tell = (type: string): string => tellResponse(opening, type, identity, request, {})
  return tell('response.created') + tell('response.in_progress')
}

/** What the request said is not said again every time. */
export function inProgress(
  write: Write,
  identity: AnswerIdentity,
  request: ChatRequest,
  output: JsonObject[] = [],
): string {
  const { echo: _, ...terse } = request
  return write('response.in_progress', membersOf({ response: responseObject(identity, terse, { output }) }))
}

/** Codex understands only `response.failed`, the others surface it as a failed response (real-clients.md 3). */
export function tellFailure(
  opening: Opening,
  identity: AnswerIdentity,
  request: ChatRequest,
  failure: Failure,
): string {
  const fields = { status: 'failed', error: failureFields(failure) }
  return tellResponse(opening, 'response.failed', identity, request, fields)
}

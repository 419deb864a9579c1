/**
 * The events of a function call, put together from JSON text. A local model writes a call whole: its arguments then go into four
 * events at once, and to escape them anew for each took most of the time that a call cost.
 */
import type { JsonObject } from '../../ir/json.ts'
import type { Write } from './writer.ts'

/** What the events of one call have in common. */
export interface FunctionText {
  at: number
  /** As a JSON string. */
  id: string
  /** As a JSON string. */
  name: string
  /** `"call_id":…,"type":"function_call","name":…,"arguments":` */
  middle: string
  /** The arguments so far, as they stand within a JSON string. */
  escaped: string
}

/** `item` as `callItem` makes it, at `index`; `begun` is what the client has of its arguments already. */
export function functionText(item: JsonObject, index: number, begun: string): FunctionText {
  const name = JSON.stringify(item['name'] ?? '')
  const { namespace } = item
  const group = namespace === undefined ? '' : `,"namespace":${JSON.stringify(namespace)}`
  const callId = JSON.stringify(item['call_id'] ?? '')
  return {
    at: index,
    id: JSON.stringify(item['id'] ?? ''),
    name,
    middle: `"call_id":${callId},"type":"function_call","name":${name}${group},"arguments":`,
    escaped: begun === '' ? '' : escape(begun),
  }
}

export function addFunction(write: Write, text: FunctionText): string {
  const item = `{"id":${text.id},"status":"in_progress",${text.middle}""}`
  return write('response.output_item.added', `"output_index":${text.at},"item":${item}`)
}

export function extendFunction(write: Write, text: FunctionText, json: string): string {
  const delta = escape(json)
  text.escaped += delta
  return write('response.function_call_arguments.delta', `${placeOf(text)},"delta":"${delta}"`)
}

export function endFunction(write: Write, text: FunctionText): string {
  const fields = `${placeOf(text)},"name":${text.name},"arguments":"${text.escaped}"`
  return write('response.function_call_arguments.done', fields)
}

/** The whole item. It is kept until the answer ends: a text that is put together with `+` keeps everything that it was put together of. */
export function finishedFunction({ id, middle, escaped }: FunctionText): string {
  return ['{"id":', id, ',"status":"completed",', middle, '"', escaped, '"}'].join('')
}

function placeOf({ id, at }: FunctionText): string {
  return `"item_id":${id},"output_index":${at}`
}

function escape(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

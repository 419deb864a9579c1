/**
 * The events of a function call, put together from JSON text. A local model writes a call whole: its arguments then go into four
 * events at once, and to escape them anew for each took most of the time that a call cost.
 */
import type { JsonObject } from '../../ir/json.ts'
import type { Write } from './writer.ts'

/** What the events of one call have in common. */
export interface FunctionText {
  /** `"item_id":…,"output_index":…` */
  place: string
  /** `"output_index":…,"item":{"id":…,"status":"` */
  head: string
  /** `","call_id":…,"type":"function_call","name":…,"arguments":"` */
  middle: string
  /** The name as a JSON string. */
  name: string
  /** The arguments so far, as they stand within a JSON string. */
  escaped: string
}

/** `item` as `callItem` makes it, at `index`; `begun` is what the client has of its arguments already. */
export function functionText(item: JsonObject, index: number, begun: string): FunctionText {
  const id = JSON.stringify(item['id'] ?? '')
  const name = JSON.stringify(item['name'] ?? '')
  const { namespace } = item
  const group = namespace === undefined ? '' : `,"namespace":${JSON.stringify(namespace)}`
  const callId = JSON.stringify(item['call_id'] ?? '')
  return {
    place: `"item_id":${id},"output_index":${index}`,
    head: `"output_index":${index},"item":{"id":${id},"status":"`,
    middle: `","call_id":${callId},"type":"function_call","name":${name}${group},"arguments":"`,
    name,
    escaped: escape(begun),
  }
}

export function addFunction(write: Write, { head, middle }: FunctionText): string {
  return write('response.output_item.added', `${head}in_progress${middle}"}`)
}

export function extendFunction(write: Write, text: FunctionText, json: string): string {
  const delta = escape(json)
  text.escaped += delta
  return write('response.function_call_arguments.delta', `${text.place},"delta":"${delta}"`)
}

export function endFunction(write: Write, { place, head, middle, name, escaped }: FunctionText): string {
  return (
    write('response.function_call_arguments.done', `${place},"name":${name},"arguments":"${escaped}"`) +
    write('response.output_item.done', `${head}completed${middle}${escaped}"}`)
  )
}

function escape(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** What a client has seen of a Responses stream that broke off: which items are open, and how far each of them is. */
import { numberOf, objectOf, stringOf, type JsonObject } from '../../ir/json.ts'

export interface Seen {
  /** As the provider announced it. */
  response: JsonObject | undefined
  nextNumber: number
  items: SeenItem[]
  /** A refusal is nobody else's to continue. */
  hasRefused: boolean
}

export interface SeenItem {
  /** As its last event gave it. */
  item: JsonObject
  isDone: boolean
  /** The part that its text belongs to is announced. */
  hasPart: boolean
  /** Its text or its arguments were said to be whole. */
  hasText: boolean
  isPartDone: boolean
  /** A custom call's plain text so far. */
  input: string
}

export function readSeen(bodies: readonly JsonObject[]): Seen {
  const seen: Seen = { response: undefined, nextNumber: 0, items: [], hasRefused: false }
  for (const body of bodies) take(seen, body)
  return seen
}

function take(seen: Seen, body: JsonObject): void {
  const type = stringOf(body['type']) ?? ''
  seen.nextNumber = (numberOf(body['sequence_number']) ?? seen.nextNumber) + 1
  if (type === 'response.created' || type === 'response.in_progress') seen.response = objectOf(body['response'])
  if (type.startsWith('response.refusal')) seen.hasRefused = true
  const at = numberOf(body['output_index'])
  if (at === undefined) return
  const known = (seen.items[at] ??= {
    item: {},
    isDone: false,
    hasPart: false,
    hasText: false,
    isPartDone: false,
    input: '',
  })
  takeItem(known, type, body)
}

function takeItem(known: SeenItem, type: string, body: JsonObject): void {
  if (type === 'response.output_item.added' || type === 'response.output_item.done') known.item = objectOf(body['item'])
  if (type === 'response.output_item.done') known.isDone = true
  if (type === 'response.custom_tool_call_input.delta') known.input += stringOf(body['delta']) ?? ''
  if (type.endsWith('_part.added')) Object.assign(known, { hasPart: true, hasText: false, isPartDone: false })
  if (type.endsWith('_part.done')) known.isPartDone = true
  if (/(text|arguments|input)\.done$/.test(type)) known.hasText = true
}

/**
 * The tool calls of a streamed answer: in pieces that an index holds together. Compatible servers get the index wrong, give no id,
 * write arguments as an object, or speak the older dialect of a single `function_call`.
 */
import type { Emit } from '../../ir/events.ts'
import { exactText } from '../../ir/exact-json.ts'
import { arrayOf, isObject, numberOf, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'

interface Calls {
  /** True when there was a call. */
  any(): boolean
  take(delta: JsonObject): void
}

/** `nextIndex` opens a block of the answer. */
export function createCalls(emit: Emit, nextIndex: () => number): Calls {
  /** By index on the wire. */
  const open = new Map<number, { index: number; id: string }>()

  const begin = (wire: number, id: string, name: string): number => {
    const before = open.get(wire)
    if (before) emit({ type: 'tool-call-end', index: before.index })
    const index = nextIndex()
    open.set(wire, { index, id })
    emit({ type: 'tool-call-start', index, id, name })
    return index
  }

  const take = (wire: number, id: string, definition: JsonObject): void => {
    const name = stringOf(definition['name']) ?? ''
    const json = jsonOf(definition['arguments'])
    if (id === '' && name === '' && json === '') return
    const known = open.get(wire)
    // Gemini and others give every call the index 0: another id with a name is another call.
    const isAnother = known !== undefined && id !== '' && name !== '' && known.id !== '' && known.id !== id
    const index = known === undefined || isAnother ? begin(wire, id, name) : known.index
    if (json !== '') emit({ type: 'tool-call-delta', index, json })
  }

  return {
    any: () => open.size > 0,
    take: (delta) => {
      arrayOf(delta['tool_calls'])
        .map(objectOf)
        .forEach((call, at) =>
          take(numberOf(call['index']) ?? at, stringOf(call['id']) ?? '', objectOf(call['function'])),
        )
      if (isObject(delta['function_call'])) take(legacy, '', delta['function_call'])
    },
  }
}

/** No index of the wire. */
const legacy = -1

function jsonOf(input: JsonValue | undefined): string {
  return isObject(input) ? exactText(input) : (stringOf(input) ?? '')
}

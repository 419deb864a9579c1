/** Chat chunks that cannot be read: what is left of them says what they were. */
import { arrayOf, isObject, objectOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { GapGrammar } from '../gaps.ts'

const moreThanWords = /"(?:role|tool_calls|function_call|error)"|"finish_reason"\s*:\s*"|"usage"\s*:\s*\{/

export const gapGrammar: GapGrammar = {
  wasWords: ({ data }) => !moreThanWords.test(data),
  wholePart: (body) => {
    const calls = arrayOf(objectOf(objectOf(arrayOf(body['choices'])[0])['delta'])['tool_calls']).map(objectOf)
    if (calls.length === 0) return undefined
    return calls.some(isNamed) ? 'start' : 'piece'
  },
}

function isNamed(call: JsonObject): boolean {
  return [call['function'], call['custom']].some((definition: JsonValue | undefined) =>
    isObject(definition) ? Boolean(definition['name']) : false,
  )
}

/** A whole completion as the stream that it would have been, for a client or a decoder that waits for one. */
import { exactText } from '../../ir/exact-json.ts'
import { arrayOf, isObject, objectOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import { sseData } from '../../wire/sse.ts'

/** `undefined` for anything that is no completion. */
export function unroll(completion: JsonObject): string | undefined {
  const { choices, usage, ...rest } = completion
  const all = arrayOf(choices).map(objectOf)
  if (all.length === 0 || !all.every(({ message }) => isObject(message))) return undefined
  const chunk = (fields: JsonObject): string =>
    sseData(exactText({ ...rest, object: 'chat.completion.chunk', ...fields }))
  return (
    all.map((choice, at) => unrollChoice(choice, at, chunk)).join('') +
    (isObject(usage) ? chunk({ choices: [], usage }) : '') +
    'data: [DONE]\n\n'
  )
}

function unrollChoice(choice: JsonObject, at: number, chunk: (fields: JsonObject) => string): string {
  const { index = at, message, finish_reason = 'stop', logprobs = null } = choice
  const calls = arrayOf(objectOf(message)['tool_calls']).map(numbered)
  const delta = { ...objectOf(message), role: 'assistant', ...(calls.length > 0 && { tool_calls: calls }) }
  const part = (fields: JsonObject, reason: JsonValue): JsonObject => ({
    choices: [{ index, delta: fields, logprobs, finish_reason: reason }],
  })
  return chunk(part(delta, null)) + chunk(part({}, finish_reason))
}

/** In a stream each call says which one it is. */
function numbered(call: JsonValue, index: number): JsonObject {
  return { index, ...objectOf(call) }
}

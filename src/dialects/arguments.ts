/** The arguments of a call for wires that hold them as an object, where OpenAI's are a text that a model wrote. */
import { parseExact } from '../ir/exact-json.ts'
import { isObject, type JsonObject } from '../ir/json.ts'

/** To be written with `exactText`. What is no object, or no JSON, stands in one, so that nothing of it is lost. */
export function argumentsObject(input: string): JsonObject {
  const value = parseExact(input)
  if (isObject(value)) return value
  return value === null || input.trim() === '' ? {} : { arguments: value ?? input }
}

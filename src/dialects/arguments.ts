/** The arguments of a call for wires that hold them as an object, where OpenAI's are a text that a model wrote. */
import { exactText, parseExact } from '../ir/exact-json.ts'
import { isObject, objectOf, type JsonObject, type JsonValue } from '../ir/json.ts'

/** To be written with `exactText`. What is no object, or no JSON, stands in one, so that nothing of it is lost. */
export function argumentsObject(input: string): JsonObject {
  const value = parseExact(input)
  if (isObject(value)) return value
  return value === null || input.trim() === '' ? {} : { arguments: value ?? input }
}

/** The other way round, also for those who write a text on such a wire: servers that only imitate Ollama do, and apps that know OpenAI's. */
export function argumentsText(value: JsonValue | undefined): string {
  return typeof value === 'string' && value.trim() !== '' ? value : exactText(objectOf(value))
}

/** What Codex makes of a stream: the items that are done, and how the response ended; nothing else counts (real-clients.md 5). */
import { arrayOf, objectOf, parseJson, stringOf, type JsonObject } from '../../src/ir/json.ts'
import { parseFrames } from '../conformance/demand.ts'

export function eventsOf(stream: string): JsonObject[] {
  return parseFrames(stream).map(({ data }) => objectOf(parseJson(data)))
}

export function typesOf(stream: string): string[] {
  return eventsOf(stream).map(({ type = '' }) => stringOf(type) ?? '')
}

export function itemsOf(stream: string): JsonObject[] {
  return eventsOf(stream)
    .filter(({ type }) => type === 'response.output_item.done')
    .map(({ item }) => objectOf(item))
}

/** The last response of the stream, with the event that brought it. */
export function endingOf(stream: string): { type: string; response: JsonObject; output: JsonObject[] } {
  const last = eventsOf(stream).at(-1) ?? {}
  const response = objectOf(last['response'])
  return { type: stringOf(last['type']) ?? '', response, output: arrayOf(response['output']).map(objectOf) }
}

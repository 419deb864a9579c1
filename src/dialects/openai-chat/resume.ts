/** Takes up a Chat Completions stream where it broke off. */
import type { StreamEvent } from '../../ir/events.ts'
import { arrayOf, numberOf, objectOf, parseJson, stringOf, type JsonObject } from '../../ir/json.ts'
import type { Resume } from '../dialect.ts'
import { createDecoder, createEncoder, sign } from './stream.ts'

export const resume: Resume = (frames, request, nowMs) => {
  const events: StreamEvent[] = []
  const decoder = createDecoder((event) => events.push(event), nowMs)
  for (const seen of frames) decoder.frame(seen)
  const chunks = frames.map(({ data }) => objectOf(parseJson(data)))
  const [first] = chunks.filter((chunk) => Array.isArray(chunk['choices']))
  // Several answers at once, and calls of another form than functions, are nobody else's to continue.
  if (!first || request.choices !== undefined || chunks.some(isBeyondUs)) return undefined
  const identity = {
    id: stringOf(first['id']) ?? '',
    model: stringOf(first['model']) ?? '',
    createdAtMs: (numberOf(first['created']) ?? 0) * 1000,
  }
  if (chunks.some(isFinished))
    return { events, closing: 'data: [DONE]\n\n', encode: () => '', sign: () => '', isWhole: true }
  const calls = events.flatMap((event) => (event.type === 'tool-call-start' ? [event.index] : []))
  return { events, closing: '', encode: createEncoder(identity, request, calls), sign: () => sign, isWhole: false }
}

function isFinished(chunk: JsonObject): boolean {
  return Boolean(objectOf(arrayOf(chunk['choices'])[0])['finish_reason'])
}

function isBeyondUs(chunk: JsonObject): boolean {
  return arrayOf(chunk['choices'])
    .map(objectOf)
    .some((choice) => {
      const delta = objectOf(choice['delta'])
      const isRefusal = Boolean(delta['refusal'])
      const isCustom = arrayOf(delta['tool_calls']).some((call) => objectOf(call)['custom'] !== undefined)
      return (numberOf(choice['index']) ?? 0) > 0 || isRefusal || isCustom || delta['audio'] !== undefined
    })
}

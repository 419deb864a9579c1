/** What the strict clients share: they demand, and throw when it is not so. */
import type { ClientDialectName } from '../../src/dialects/dialect.ts'
import { isObject, numberOf, stringOf, type JsonObject, type JsonValue } from '../../src/ir/json.ts'
import { createSseDecoder, type Frame } from '../../src/wire/sse.ts'

/** The dialects whose clients read server-sent events; Ollama's read lines (ollama-client.test.ts). */
export type SseClientName = Exclude<ClientDialectName, 'ollama'>

export interface Heard {
  /** Blocks in the client's own order. */
  texts: string[]
  reasoning: string[]
  calls: { id: string; name: string; input: string }[]
  /** The client's own word for why it ended; `failed` for an error in the stream. */
  ending: string
  usage?: JsonObject | undefined
  error?: JsonValue | undefined
}

class ClientBroke extends Error {}

export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new ClientBroke(what)
}

export function parseFrames(text: string): Frame[] {
  const frames: Frame[] = []
  const decoder = createSseDecoder((frame) => frames.push(frame))
  decoder.feed(Buffer.from(text))
  decoder.end()
  demand(text.endsWith('\n\n'), 'the last frame has no blank line after it')
  return frames
}

export function objectAt(value: JsonValue | undefined, what: string): JsonObject {
  demand(isObject(value), `${what} is no object`)
  return value
}

export function textAt(value: JsonValue | undefined, what: string): string {
  const text = stringOf(value)
  demand(text !== undefined, `${what} is no text`)
  return text
}

export function countAt(value: JsonValue | undefined, what: string): number {
  const count = numberOf(value)
  demand(count !== undefined && count >= 0, `${what} is no count`)
  return count
}

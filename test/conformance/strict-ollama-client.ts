/** A client of Ollama's own API, as strict as the `ollama` packages (local-engines.md 1.2). */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../src/ir/json.ts'
import { createNdjsonDecoder } from '../../src/wire/ndjson.ts'
import { demand, type Heard } from './demand.ts'

/** Every line an object, `done` on each, exactly one last. */
export function readOllama(text: string): Heard & { lines: JsonObject[] } {
  const lines: JsonObject[] = []
  const decoder = createNdjsonDecoder(({ data }) => {
    const line: JsonValue = JSON.parse(data)
    demand(isObject(line), 'a line that is no object')
    lines.push(line)
  })
  decoder.feed(Buffer.from(text))
  decoder.end()
  demand(text.endsWith('\n'), 'the last line has no end')
  const failed = lines.at(-1)?.['error']
  if (failed !== undefined) return { texts: [], reasoning: [], calls: [], ending: 'failed', error: failed, lines }
  lines.forEach((line, at) => demand(line['done'] === (at === lines.length - 1), 'done is not on the last line alone'))
  const messages = lines.map((line) => objectOf(line['message']))
  for (const message of messages)
    demand(message['role'] === 'assistant' && typeof message['content'] === 'string', 'no message')
  const calls = messages.flatMap((message) => arrayOf(message['tool_calls']).map(objectOf))
  for (const call of calls) demand(isObject(objectOf(call['function'])['arguments']), 'arguments are no object')
  return {
    texts: [messages.map((message) => stringOf(message['content']) ?? '').join('')],
    reasoning: [messages.map((message) => stringOf(message['thinking']) ?? '').join('')],
    calls: calls.map((call) => ({
      id: stringOf(call['id']) ?? '',
      name: stringOf(objectOf(call['function'])['name']) ?? '',
      input: JSON.stringify(objectOf(call['function'])['arguments']),
    })),
    ending: stringOf(lines.at(-1)?.['done_reason']) ?? '',
    lines,
  }
}

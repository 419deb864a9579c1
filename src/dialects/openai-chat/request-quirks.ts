/** What single Chat Completions providers want of a request that is made for them; a client's own they get as it is. */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Quirk } from './quirks.ts'

export function meetRequestQuirks(body: JsonObject, quirks: readonly Quirk[]): JsonObject {
  const named = quirks.includes('completion-tokens') ? withNewerLimit(body) : body
  return quirks.includes('short-descriptions') ? withShortDescriptions(named) : named
}

function withNewerLimit({ max_tokens, ...rest }: JsonObject): JsonObject {
  return max_tokens === undefined ? rest : { ...rest, max_completion_tokens: max_tokens }
}

const longest = 1024
const pointer = ' … (The system message goes on with this.)'

/** The rest of a description stands at the end of the system message, so that nothing of it is lost. */
function withShortDescriptions(body: JsonObject): JsonObject {
  const rests: string[] = []
  const tools = arrayOf(body['tools']).map((tool) => shorten(tool, rests))
  return rests.length === 0 ? body : { ...body, tools, messages: withSystemWords(arrayOf(body['messages']), rests) }
}

function shorten(tool: JsonValue, rests: string[]): JsonValue {
  const definition = objectOf(objectOf(tool)['function'])
  const description = stringOf(definition['description']) ?? ''
  if (!isObject(tool) || description.length <= longest) return tool
  const end = endOfWord(description, longest - pointer.length)
  rests.push(`# Tool ${stringOf(definition['name']) ?? ''}, continued\n${description.slice(end).trim()}`)
  return { ...tool, function: { ...definition, description: description.slice(0, end) + pointer } }
}

/** Where the last whole word ends before `most` characters. */
function endOfWord(text: string, most: number): number {
  const end = text.slice(0, most).search(/\s\S*$/)
  return end <= 0 ? most : end
}

function withSystemWords(messages: JsonValue[], words: string[]): JsonValue[] {
  const [first, ...others] = messages
  const head = objectOf(first)
  const said = head['role'] === 'system' ? stringOf(head['content']) : undefined
  if (said === undefined) return [{ role: 'system', content: words.join('\n\n') }, ...messages]
  return [{ ...head, content: [said, ...words].join('\n\n') }, ...others]
}

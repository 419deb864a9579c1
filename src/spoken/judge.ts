/** Which of the calls that a model wrote are calls of tools that it was shown, with arguments that they take. */
import { problemOf } from '../context/check-output.ts'
import { isObject, objectOf, parseJson, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { FunctionTool } from '../ir/request.ts'
import type { Written, WrittenInput } from './written.ts'

export interface SpokenCall {
  name: string
  /** Raw JSON text: an object that fits the tool's schema. */
  input: string
}

/** All of them, or none: half of what belongs together would be another deed than the model meant. */
export function judgeCalls(written: readonly Written[], tools: readonly FunctionTool[]): SpokenCall[] | undefined {
  const calls = written.map(({ name, input }) => {
    const tool = tools.find((known) => known.name === name)
    const text = tool && textOf(input, tool.inputSchema)
    const value = text === undefined ? undefined : parseJson(text)
    const isFit = tool && isObject(value) && problemOf(value, tool.inputSchema) === undefined
    return isFit && text !== undefined ? { name, input: text } : undefined
  })
  const fit = calls.filter((call) => call !== undefined)
  return fit.length === written.length ? fit : undefined
}

function textOf(input: WrittenInput, schema: JsonObject): string {
  if (input.as === 'json') return input.text
  const members = [...input.texts].map(([key, text]) => `${JSON.stringify(key)}:${typed(text, schema, key)}`)
  return `{${members.join(',')}}`
}

/** The JSON of an argument that was written as text. It stays text wherever its schema takes a string. */
function typed(written: string, schema: JsonObject, key: string): string {
  const text = withoutOuterBreaks(written)
  const plain = text.trim()
  // Qwen prints Python's values at times (vllm#25028).
  const json = /^(?:True|False)$/.test(plain) ? plain.toLowerCase() : plain === 'None' ? 'null' : plain
  const value = parseJson(json)
  const isText = value === undefined || fits(text, schema, key) || !fits(value, schema, key)
  return isText ? JSON.stringify(text) : json
}

/** The line breaks next to the tags are theirs (llama.cpp#15162). */
function withoutOuterBreaks(text: string): string {
  return text.replace(/^\r?\n/, '').replace(/\r?\n$/, '')
}

function fits(value: JsonValue, schema: JsonObject, key: string): boolean {
  const property = objectOf(schema['properties'])[key]
  if (!isObject(property)) return typeof value === 'string'
  const { $defs = {}, definitions = {} } = schema
  return problemOf(value, { $defs, definitions, ...property }) === undefined
}

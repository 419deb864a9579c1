/** What the two OpenAI dialects share of structured output and tools: the same words, nested differently. */
import { booleanOf, compact, defined, isObject, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { FunctionTool, Output, Reasoning, ToolChoice } from '../ir/request.ts'
import { fitName } from '../wire/fit-name.ts'

/** `definition` holds name, schema and strictness: the format itself in Responses, its `json_schema` in Chat. */
export function decodeFormat(type: JsonValue | undefined, definition: JsonObject): Output {
  if (type === 'json_object') return { type: 'json' }
  if (type !== 'json_schema') return { type: 'text' }
  const schema = isObject(definition['schema']) ? definition['schema'] : undefined
  return {
    type: 'json',
    ...defined({ schema, name: stringOf(definition['name']), strict: booleanOf(definition['strict']) }),
  }
}

/** As of tools (providers.md 4.6). */
const longestName = 64

/** A format's type, and its definition where it has one; the name is required on these wires. */
export function encodeFormat(output: Output): { type: string; definition?: JsonObject } {
  if (output.type === 'text') return { type: 'text' }
  if (output.schema === undefined) return { type: 'json_object' }
  const { name = 'answer', schema, strict } = output
  return { type: 'json_schema', definition: compact({ name: fitName(name, longestName), schema, strict }) }
}

/** The effort in OpenAI's words, also where a client asked for a budget of tokens, or only that the model reason. */
export function encodeEffort(reasoning: Reasoning | undefined): string | undefined {
  if (reasoning === undefined) return undefined
  const { effort, budgetTokens } = reasoning
  if (effort !== undefined) return effort === 'max' || effort === 'xhigh' ? 'high' : effort
  if (budgetTokens === undefined) return 'medium'
  if (budgetTokens < 4096) return 'low'
  return budgetTokens < 16_384 ? 'medium' : 'high'
}

/** `definition` is the tool itself in Responses, its `function` in Chat; `undefined` when it is no function. */
export function decodeFunction(definition: JsonObject): FunctionTool | undefined {
  const name = stringOf(definition['name'])
  if (name === undefined) return undefined
  return {
    type: 'function',
    name,
    inputSchema: withType(isObject(definition['parameters']) ? definition['parameters'] : {}),
    ...defined({ description: stringOf(definition['description']), strict: booleanOf(definition['strict']) }),
  }
}

/** Chat takes a tool that says nothing of its input; Messages and Responses want at least the type. */
function withType(schema: JsonObject): JsonObject {
  return Object.keys(schema).length === 0 ? { type: 'object', properties: {} } : { type: 'object', ...schema }
}

/** `name` is that of the one tool which the choice names, if it names one. */
export function decodeToolChoice(choice: JsonValue | undefined, name: string | undefined): ToolChoice {
  if (choice === 'none' || choice === 'required') return { type: choice }
  return name === undefined ? { type: 'auto' } : { type: 'tool', name }
}

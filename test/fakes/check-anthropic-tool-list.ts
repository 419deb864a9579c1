/** The tools that a Messages request offers (providers.md 4.2, 4.3). */

import { arrayOf, isObject, type JsonObject, objectOf, stringOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'

/** The fields of a client's own tool (SDK 1.x, providers.md 4.3). */
const fields = new Set(
  `type name description input_schema cache_control strict defer_loading eager_input_streaming allowed_callers
  input_examples`.split(/\s+/),
)

export function checkTools(body: JsonObject): void {
  if (body['tools'] !== undefined && !Array.isArray(body['tools'])) {
    throw new Refusal('tools: Input should be a valid list')
  }
  const tools = arrayOf(body['tools'])
  const names = new Set<string>()
  for (const [index, tool] of tools.entries()) {
    if (!isObject(tool)) throw new Refusal(`tools.${index}: Input should be an object`)
    if (tool['type'] === undefined || tool['type'] === 'custom') checkCustom(tool, `tools.${index}.custom`)
    const name = stringOf(tool['name'])
    if (name !== undefined && names.has(name)) throw new Refusal('tools: Tool names must be unique.')
    names.add(name ?? '')
  }
  checkChoice(objectOf(body['tool_choice']), tools.length, names)
}

function checkCustom(tool: JsonObject, at: string): void {
  for (const field of Object.keys(tool)) {
    if (!fields.has(field)) throw new Refusal(`${at}.${field}: Extra inputs are not permitted`)
  }
  const name = stringOf(tool['name'])
  if (name === undefined) throw new Refusal(`${at}.name: Field required`)
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    throw new Refusal(`${at}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`)
  }
  const schema = tool['input_schema']
  if (!isObject(schema)) throw new Refusal(`${at}.input_schema: Field required`)
  if (schema['type'] === undefined) throw new Refusal(`${at}.input_schema.type: Field required`)
  if (schema['type'] !== 'object') throw new Refusal(`${at}.input_schema.type: Input should be 'object'`)
}

function checkChoice(choice: JsonObject, tools: number, names: ReadonlySet<string>): void {
  if (choice['type'] === undefined) return
  if (tools === 0) throw new Refusal('tool_choice may only be specified while providing tools')
  const name = stringOf(choice['name']) ?? ''
  if (choice['type'] === 'tool' && !names.has(name)) {
    throw new Refusal(`Tool '${name}' not found in provided tools`)
  }
}

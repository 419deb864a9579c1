/** Tools and calls of a Chat Completions request (providers.md 4.5, 4.6). */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { emptyArray, emptyString, missingParameter, openaiName, Refusal, tooLong, typeRefusal } from './refusal.ts'

const longestId = 40
const longestDescription = 1024

/** What a tool or call of this type holds its name and its text in. */
const textOfTypes: Readonly<Record<string, string>> = { function: 'arguments', custom: 'input' }

export function checkTools(body: JsonObject): void {
  const tools = body['tools']
  if (tools === undefined) {
    for (const field of ['tool_choice', 'parallel_tool_calls']) {
      if (body[field] === undefined || body['functions'] !== undefined) continue
      throw new Refusal(`Invalid value for '${field}': '${field}' is only allowed when 'tools' are specified.`, {
        param: field,
      })
    }
    return
  }
  if (!Array.isArray(tools)) throw typeRefusal('tools', 'an array of objects', tools)
  if (tools.length === 0) throw emptyArray('tools')
  for (const [index, tool] of tools.entries()) checkTool(objectOf(tool), `tools[${index}]`)
  checkChoice(objectOf(body['tool_choice']), tools.map(objectOf))
}

function checkTool(tool: JsonObject, at: string): void {
  const type = typeAt(tool, at)
  const definition = objectOf(tool[type])
  openaiName(definition['name'], `${at}.${type}.name`)
  const description = stringOf(definition['description']) ?? ''
  if (description.length > longestDescription) {
    throw tooLong(`${at}.${type}.description`, longestDescription, description.length)
  }
  const parameters = definition['parameters']
  if (parameters !== undefined && !isObject(parameters)) {
    throw typeRefusal(`${at}.function.parameters`, 'an object', parameters)
  }
}

function checkChoice(choice: JsonObject, tools: readonly JsonObject[]): void {
  const type = stringOf(choice['type']) ?? ''
  const name = objectOf(choice[type])['name']
  if (name === undefined || tools.some((tool) => objectOf(tool[type])['name'] === name)) return
  throw new Refusal("Invalid value for 'tool_choice': no tool with that name was given in 'tools'.", {
    param: 'tool_choice',
  })
}

export function checkCall(call: JsonObject, at: string): void {
  checkCallId(call['id'], `${at}.id`)
  const type = typeAt(call, at)
  const called = objectOf(call[type])
  openaiName(called['name'], `${at}.${type}.name`)
  const field = textOfTypes[type] ?? ''
  if (typeof called[field] !== 'string') throw typeRefusal(`${at}.${type}.${field}`, 'a string', called[field])
}

function typeAt(value: JsonObject, at: string): string {
  const type = stringOf(value['type'])
  if (type === undefined) throw missingParameter(`${at}.type`)
  if (type in textOfTypes) return type
  throw new Refusal(`Invalid value: '${type}'. Supported values are: 'function' and 'custom'.`, {
    param: `${at}.type`,
    code: 'invalid_value',
  })
}

/** The limit was once lifted for some models; whoever keeps to it is taken everywhere. */
export function checkCallId(value: JsonValue | undefined, at: string): void {
  const id = stringOf(value)
  if (id === undefined) throw missingParameter(at)
  if (id === '') throw emptyString(at)
  if (id.length > longestId) throw tooLong(at, longestId, id.length)
}

export function callsOf(message: JsonObject): JsonObject[] {
  return arrayOf(message['tool_calls']).map(objectOf)
}

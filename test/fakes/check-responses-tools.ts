/** The tools that a Responses request offers (providers.md 4.5, 4.6). */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { missingParameter, openaiName, Refusal } from './refusal.ts'

const types =
  `function custom local_shell shell apply_patch namespace tool_search web_search web_search_preview file_search
  computer computer_use_preview mcp code_interpreter image_generation programmatic_tool_calling`.split(/\s+/)

export function checkTools(body: JsonObject): void {
  const tools = arrayOf(body['tools'])
  checkList(tools, 'tools')
  checkChoice(objectOf(body['tool_choice']), tools)
}

function checkList(tools: readonly JsonValue[], at: string): void {
  const names = new Set<string>()
  for (const [index, value] of tools.entries()) {
    const tool = objectOf(value)
    checkTool(tool, `${at}[${index}]`)
    const name = stringOf(tool['name'])
    if (name === undefined) continue
    // The sentence is not recorded.
    if (names.has(name)) throw new Refusal(`Duplicate tool name: '${name}'.`, { param: `${at}[${index}].name` })
    names.add(name)
  }
}

function checkTool(tool: JsonObject, at: string): void {
  const type = stringOf(tool['type'])
  if (type === undefined) throw missingParameter(`${at}.type`)
  if (!types.some((known) => type === known || type.startsWith(`${known}_20`))) {
    throw new Refusal(`Invalid value: '${type}'. Supported values are: '${types.join("', '")}'.`, {
      param: `${at}.type`,
      code: 'invalid_value',
    })
  }
  if (type === 'namespace') {
    openaiName(tool['name'], `${at}.name`)
    if (!Array.isArray(tool['tools'])) throw missingParameter(`${at}.tools`)
    return checkList(tool['tools'], `${at}.tools`)
  }
  if (type !== 'function' && type !== 'custom') return
  openaiName(tool['name'], `${at}.name`)
  const parameters = tool['parameters'] ?? null
  if (type === 'function' && parameters !== null && !isObject(parameters)) {
    throw new Refusal(`Invalid type for '${at}.parameters': expected an object.`, {
      param: `${at}.parameters`,
      code: 'invalid_type',
    })
  }
}

function checkChoice(choice: JsonObject, tools: readonly JsonValue[]): void {
  const name = stringOf(choice['name'])
  if (name === undefined) return
  const offered = tools.map(objectOf).flatMap((tool) => [tool, ...arrayOf(tool['tools']).map(objectOf)])
  if (offered.some((tool) => tool['name'] === name && tool['type'] === choice['type'])) return
  throw new Refusal(`Tool choice '${stringOf(choice['type'])}' not found in 'tools' parameter.`, {
    param: 'tool_choice',
  })
}

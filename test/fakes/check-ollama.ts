/** Is this a request `/api/chat` would take? Literals from local-engines.md 1.1 and 1.3. */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import type { LocalModel } from './control.ts'
import { Refusal } from './refusal.ts'

const roles = new Set(['system', 'user', 'assistant', 'tool'])
const thinkLevels = new Set(['low', 'medium', 'high', 'max'])

/** What can be told without the model: types as Go's decoder insists on them. */
export function checkChatShape(body: JsonObject): void {
  expectType(body, 'model', 'string', 'ChatRequest.model of type string')
  expectType(body, 'stream', 'boolean', 'ChatRequest.stream of type bool')
  expectType(body, 'truncate', 'boolean', 'ChatRequest.truncate of type bool')
  expectType(body, 'shift', 'boolean', 'ChatRequest.shift of type bool')
  if ((body['model'] ?? '') === '') throw new Refusal('model is required')
  if (body['messages'] !== undefined && !Array.isArray(body['messages'])) {
    throw goType(body['messages'], 'ChatRequest.messages of type []api.Message')
  }
  if (body['options'] !== undefined && !isObject(body['options'])) {
    throw goType(body['options'], 'ChatRequest.options of type map[string]interface {}')
  }
  for (const message of arrayOf(body['messages'])) checkMessage(message)
  for (const tool of arrayOf(body['tools'])) checkTool(tool)
  checkFormat(body['format'])
  checkKeepAlive(body['keep_alive'])
}

/** What depends on the model's capabilities. */
export function checkChatModel(body: JsonObject, model: LocalModel): void {
  const can = (capability: LocalModel['capabilities'][number]): boolean => model.capabilities.includes(capability)
  const name = stringOf(body['model']) ?? ''
  if (!can('completion')) throw new Refusal(`"${name}" does not support chat`)
  if (arrayOf(body['tools']).length > 0 && !can('tools')) {
    // The real text has the fully qualified name (local-engines.md 1.3).
    throw new Refusal(`models.invalid/library/${model.name} does not support tools`)
  }
  const think = body['think']
  if (typeof think === 'string' && !thinkLevels.has(think)) {
    throw new Refusal(`invalid think value: "${think}" (must be "high", "medium", "low", "max", true, or false)`)
  }
  if (think !== undefined && think !== false && !can('thinking')) {
    throw new Refusal(`"${name}" does not support thinking`)
  }
  if ((body['suffix'] ?? '') !== '' && !can('insert')) {
    throw new Refusal(`models.invalid/library/${model.name} does not support insert`)
  }
  const pictures = [body, ...arrayOf(body['messages'])].some(
    (message) => arrayOf(objectOf(message)['images']).length > 0,
  )
  if (pictures && !can('vision')) {
    throw new Refusal('Multimodal data provided, but model does not support multimodal requests.')
  }
}

function checkMessage(message: JsonValue): void {
  if (!isObject(message)) throw goType(message, 'ChatRequest.messages of type api.Message')
  const at = 'ChatRequest.messages'
  expectType(message, 'role', 'string', `${at}.role of type string`)
  // There are no content parts on the native API (local-engines.md 1.1).
  expectType(message, 'content', 'string', `${at}.content of type string`)
  expectType(message, 'thinking', 'string', `${at}.thinking of type string`)
  const role = (stringOf(message['role']) ?? '').toLowerCase()
  // Templates simply lose a message whose role they do not know; a fake may say so.
  if (!roles.has(role)) throw new Refusal(`invalid role: ${role}`)
  for (const image of arrayOf(message['images'])) checkImage(image)
  for (const call of arrayOf(message['tool_calls'])) {
    const called = objectOf(objectOf(call)['function'])
    if (stringOf(called['name']) === undefined) throw new Refusal('tool call without a name')
    if (!isObject(called['arguments'])) {
      const field = 'ToolCallFunction.messages.tool_calls.function.arguments of type map[string]interface {}'
      throw goType(called['arguments'], field)
    }
  }
}

function checkTool(tool: JsonValue): void {
  const declared = objectOf(objectOf(tool)['function'])
  if (stringOf(declared['name']) === undefined) throw new Refusal('tool without a function name')
  if (declared['parameters'] !== undefined && !isObject(declared['parameters'])) {
    throw goType(declared['parameters'], 'ToolFunction.tools.function.parameters of type api.ToolFunctionParameters')
  }
}

/** Bare base64, no `data:` prefix (local-engines.md 1.1). */
export function checkImage(image: JsonValue): void {
  const text = stringOf(image) ?? ''
  const wrong = /[^A-Za-z0-9+/=]/.exec(text)
  if (wrong !== null || text === '' || text.length % 4 !== 0) {
    throw new Refusal(`illegal base64 data at input byte ${wrong?.index ?? text.length}`)
  }
}

export function checkFormat(format: JsonValue | undefined): void {
  if (format === undefined || format === null || format === '' || format === 'json' || isObject(format)) return
  throw new Refusal(`invalid format: ${JSON.stringify(format)}; expected "json" or a valid JSON Schema object`)
}

export function checkKeepAlive(keepAlive: JsonValue | undefined): void {
  if (keepAlive === undefined || typeof keepAlive === 'number') return
  const text = stringOf(keepAlive) ?? ''
  if (!/^-?(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text) && text !== '0') {
    throw new Refusal(`time: invalid duration "${text}"`)
  }
}

export function expectType(object: JsonObject, key: string, type: 'string' | 'boolean', field: string): void {
  const value = object[key]
  if (value !== undefined && value !== null && typeof value !== type) throw goType(value, field)
}

export function goType(value: JsonValue | undefined, field: string): Refusal {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return new Refusal(`json: cannot unmarshal ${kind} into Go struct field ${field}`)
}

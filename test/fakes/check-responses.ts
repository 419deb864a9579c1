/** Is this a request the Responses API would take? Literals from providers.md 4.5 where it has them. */

import { isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'

const fields = new Set(
  `model input instructions stream stream_options store include tools tool_choice parallel_tool_calls reasoning text
  temperature top_p top_logprobs truncation max_output_tokens max_tool_calls metadata user safety_identifier
  previous_response_id conversation prompt prompt_cache_key prompt_cache_retention background service_tier
  client_metadata context_management`.split(/\s+/),
)

/** Prefixes by item type: ids are checked by them (providers.md 4.5). */
const idPrefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  reasoning: 'rs',
}

const partTypes: Readonly<Record<string, readonly string[]>> = {
  assistant: ['output_text', 'refusal'],
  user: ['input_text', 'input_image', 'input_file', 'input_audio'],
  system: ['input_text', 'input_image', 'input_file'],
  developer: ['input_text', 'input_image', 'input_file'],
}

export interface ResponsesMemory {
  /** The tool calls an earlier, stored answer made; `undefined` when there is no such answer. */
  callsOf(responseId: string): readonly string[] | undefined
  /** Whether an item of this id is part of a stored answer. */
  holds(itemId: string): boolean
  /** Whether this provider sealed the reasoning. */
  isSealed(encrypted: string): boolean
}

export function checkResponsesRequest(body: JsonObject, memory: ResponsesMemory): void {
  for (const key of Object.keys(body)) {
    if (!fields.has(key)) throw new Refusal(`Unknown parameter: '${key}'.`, { param: key, code: 'unknown_parameter' })
  }
  if (stringOf(body['model']) === undefined) throw missing('model')
  const input = body['input']
  if (input === undefined && body['prompt'] === undefined) throw missing('input')
  const earlier = checkPrevious(body, memory)
  if (!Array.isArray(input)) {
    if (input === undefined || typeof input === 'string') return checkCalls([], earlier)
    throw new Refusal("Invalid type for 'input': expected one of a string or array of input items.", {
      param: 'input',
      code: 'invalid_type',
    })
  }
  for (const [index, item] of input.entries()) checkItem(item, `input[${index}]`, memory)
  checkReasoning(input)
  checkCalls(input, earlier)
}

function checkPrevious(body: JsonObject, memory: ResponsesMemory): readonly string[] {
  const id = stringOf(body['previous_response_id'])
  if (id === undefined) return []
  const calls = memory.callsOf(id)
  if (calls === undefined) {
    throw new Refusal(`Previous response with id '${id}' not found.`, {
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    })
  }
  return calls
}

function checkItem(item: JsonValue, at: string, memory: ResponsesMemory): void {
  if (!isObject(item)) throw new Refusal(`Invalid type for '${at}': expected an object.`, { param: at })
  const type = stringOf(item['type']) ?? 'message'
  checkIsHeld(item, type, memory)
  checkItemId(item, type, at)
  checkCallId(item, at)
  if (type === 'message') checkMessage(item, at)
  if (type === 'function_call' && typeof item['arguments'] !== 'string') throw missing(`${at}.arguments`)
  if (type === 'function_call_output' && item['output'] === undefined) throw missing(`${at}.output`)
  const sealed = stringOf(item['encrypted_content'])
  if (type === 'reasoning' && sealed !== undefined && !memory.isSealed(sealed)) {
    throw new Refusal(
      `The encrypted content ${sealed.slice(0, 4)}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
      { code: 'invalid_encrypted_content' },
    )
  }
}

/** What is only referred to, and reasoning that nobody sealed, has to be on the server. */
function checkIsHeld(item: JsonObject, type: string, memory: ResponsesMemory): void {
  const id = stringOf(item['id'])
  const isBare = type === 'reasoning' && stringOf(item['encrypted_content']) === undefined && id !== undefined
  if ((type !== 'item_reference' && !isBare) || memory.holds(id ?? '')) return
  throw new Refusal(`Item with id '${id ?? ''}' not found.`, { status: 404, param: 'input' })
}

function checkItemId(item: JsonObject, type: string, at: string): void {
  const id = stringOf(item['id'])
  const prefix = idPrefixes[type]
  if (id === undefined || prefix === undefined) return
  if (!/^[a-zA-Z0-9_-]+$/.test(id)) {
    throw new Refusal(
      `Invalid '${at}.id': '${id}'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.`,
      { param: `${at}.id`, code: 'invalid_value' },
    )
  }
  if (!id.startsWith(prefix)) {
    throw new Refusal(`Invalid '${at}.id': '${id}'. Expected an ID that begins with '${prefix}'.`, {
      param: `${at}.id`,
      code: 'invalid_value',
    })
  }
}

function checkCallId(item: JsonObject, at: string): void {
  const id = stringOf(item['call_id']) ?? ''
  if (id.length <= 64) return
  throw new Refusal(
    `Invalid '${at}.call_id': string too long. Expected a string with maximum length 64, but got a string with length ${id.length} instead.`,
    { param: `${at}.call_id`, code: 'string_above_max_length' },
  )
}

function checkMessage(item: JsonObject, at: string): void {
  const role = stringOf(item['role']) ?? ''
  const allowed = partTypes[role]
  if (allowed === undefined) {
    throw new Refusal(
      `Invalid value: '${role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.`,
      { param: at, code: 'invalid_value' },
    )
  }
  if (typeof item['content'] === 'string') return
  if (!Array.isArray(item['content'])) throw missing(`${at}.content`)
  for (const [place, part] of item['content'].entries()) {
    const type = stringOf(objectOf(part)['type']) ?? ''
    if (allowed.includes(type)) continue
    throw new Refusal(`Invalid value: '${type}'. Supported values are: '${allowed.join("', '")}'.`, {
      param: `${at}.content[${place}]`,
      code: 'invalid_value',
    })
  }
}

function checkReasoning(input: readonly JsonValue[]): void {
  for (const [index, item] of input.entries()) {
    if (!isObject(item) || item['type'] !== 'reasoning') continue
    const next = objectOf(input[index + 1])
    const follows =
      next['role'] === 'assistant' ||
      ['function_call', 'custom_tool_call', 'reasoning'].includes(stringOf(next['type']) ?? '')
    if (follows) continue
    throw new Refusal(
      `Item '${stringOf(item['id']) ?? ''}' of type 'reasoning' was provided without its required following item.`,
    )
  }
}

function checkCalls(input: readonly JsonValue[], earlier: readonly string[]): void {
  const open = new Set(earlier)
  for (const item of input) {
    if (!isObject(item)) continue
    const id = stringOf(item['call_id']) ?? ''
    if (item['type'] === 'function_call' || item['type'] === 'custom_tool_call') open.add(id)
    if (item['type'] !== 'function_call_output' && item['type'] !== 'custom_tool_call_output') continue
    if (!open.delete(id)) {
      throw new Refusal(`No tool call found for function call output with call_id ${id}.`, { param: 'input' })
    }
  }
  const [unanswered] = open
  if (unanswered !== undefined) {
    throw new Refusal(`No tool output found for function call ${unanswered}.`, { param: 'input' })
  }
}

function missing(param: string): Refusal {
  return new Refusal(`Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' })
}

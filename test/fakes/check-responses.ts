/** Is this a request the Responses API would take? Literals from providers.md 4.5 where it has them. */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { saysJson } from './check-chat.ts'
import { checkCalls } from './check-responses-calls.ts'
import { checkItemIds, isReference, type KnownItem } from './check-responses-ids.ts'
import { checkTools } from './check-responses-tools.ts'
import { missingParameter, openaiName, Refusal } from './refusal.ts'

export type { KnownItem }

const fields = new Set(
  `model input instructions stream stream_options store include tools tool_choice parallel_tool_calls reasoning text
  temperature top_p top_logprobs truncation max_output_tokens max_tool_calls metadata user safety_identifier
  previous_response_id conversation prompt prompt_cache_key prompt_cache_retention background service_tier
  client_metadata context_management`.split(/\s+/),
)

const partTypes: Readonly<Record<string, readonly string[]>> = {
  assistant: ['output_text', 'refusal'],
  user: ['input_text', 'input_image', 'input_file', 'input_audio'],
  system: ['input_text', 'input_image', 'input_file'],
  developer: ['input_text', 'input_image', 'input_file'],
}

export interface ResponsesMemory {
  /** What an earlier, stored answer said; `undefined` when there is no such answer. */
  outputOf(responseId: string): readonly JsonObject[] | undefined
  /** An item that this provider gave out. */
  find(itemId: string): KnownItem | undefined
  /** Whether this provider sealed the reasoning. */
  isSealed(encrypted: string): boolean
}

export function checkResponsesRequest(body: JsonObject, memory: ResponsesMemory): void {
  for (const key of Object.keys(body)) {
    if (!fields.has(key)) throw new Refusal(`Unknown parameter: '${key}'.`, { param: key, code: 'unknown_parameter' })
  }
  if (stringOf(body['model']) === undefined) throw missingParameter('model')
  checkTools(body)
  checkFormat(objectOf(objectOf(body['text'])['format']), body['input'])
  const input = body['input']
  if (input === undefined && body['prompt'] === undefined) throw missingParameter('input')
  const earlier = checkPrevious(body, memory)
  if (!Array.isArray(input)) {
    if (input === undefined || typeof input === 'string') return checkCalls([], earlier)
    throw new Refusal("Invalid type for 'input': expected one of a string or array of input items.", {
      param: 'input',
      code: 'invalid_type',
    })
  }
  for (const [index, item] of input.entries()) checkItem(item, `input[${index}]`, memory)
  checkItemIds(input, (id) => memory.find(id))
  checkReasoning(input)
  checkCalls(input, earlier)
}

/** The word counts in the input only, not in the instructions. */
function checkFormat(format: JsonObject, input: JsonValue | undefined): void {
  const messages = typeof input === 'string' ? [{ content: input }] : arrayOf(input)
  if (format['type'] === 'json_object' && !saysJson(messages)) {
    throw new Refusal(
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
      { param: 'text.format' },
    )
  }
  if (format['type'] === 'json_schema') openaiName(format['name'], 'text.format.name')
}

function checkPrevious(body: JsonObject, memory: ResponsesMemory): readonly JsonObject[] {
  const id = stringOf(body['previous_response_id'])
  if (id === undefined) return []
  if (body['conversation'] !== undefined && body['conversation'] !== null) {
    throw new Refusal(
      "Mutually exclusive parameters: 'previous_response_id'. Ensure you are only providing one of: 'previous_response_id' or 'conversation'.",
      { param: 'previous_response_id', code: 'mutually_exclusive_parameters' },
    )
  }
  const output = memory.outputOf(id)
  if (output === undefined) {
    throw new Refusal(`Previous response with id '${id}' not found.`, {
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    })
  }
  return output
}

function checkItem(item: JsonValue, at: string, memory: ResponsesMemory): void {
  if (!isObject(item)) throw new Refusal(`Invalid type for '${at}': expected an object.`, { param: at })
  if (isReference(item)) return
  const type = stringOf(item['type']) ?? 'message'
  if (type === 'message') checkMessage(item, at)
  const sealed = stringOf(item['encrypted_content'])
  if ((type === 'reasoning' || type === 'compaction') && sealed !== undefined && !memory.isSealed(sealed)) {
    throw new Refusal(
      `The encrypted content ${sealed.slice(0, 4)}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
      { code: 'invalid_encrypted_content' },
    )
  }
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
  if (!Array.isArray(item['content'])) throw missingParameter(`${at}.content`)
  for (const [place, part] of item['content'].entries()) {
    const type = stringOf(objectOf(part)['type']) ?? ''
    if (allowed.includes(type)) continue
    throw new Refusal(`Invalid value: '${type}'. Supported values are: '${allowed.join("', '")}'.`, {
      param: `${at}.content[${place}]`,
      code: 'invalid_value',
    })
  }
}

/** Reasoning belongs to what it led to: another piece of reasoning, a message or a call. */
function checkReasoning(input: readonly JsonValue[]): void {
  for (const [index, item] of input.entries()) {
    if (!isObject(item) || item['type'] !== 'reasoning') continue
    const next = objectOf(input[index + 1])
    const type = stringOf(next['type']) ?? ''
    if (next['role'] === 'assistant' || type === 'reasoning' || type.endsWith('_call') || isReference(next)) continue
    throw new Refusal(
      `Item '${stringOf(item['id']) ?? ''}' of type 'reasoning' was provided without its required following item.`,
    )
  }
}

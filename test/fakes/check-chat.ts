/** Is this a request Chat Completions would take? Literals from providers.md 4.5, 4.6 where it has them. */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { checkCall, checkCallId, checkTools } from './check-chat-tools.ts'
import { emptyArray, missingParameter, openaiName, Refusal, typeRefusal } from './refusal.ts'

const fields = new Set(
  `model messages stream stream_options max_tokens max_completion_tokens temperature top_p n stop seed tools tool_choice
  parallel_tool_calls response_format frequency_penalty presence_penalty logprobs top_logprobs logit_bias user metadata
  store reasoning_effort verbosity modalities audio prediction service_tier web_search_options functions function_call
  prompt_cache_key prompt_cache_retention safety_identifier`.split(/\s+/),
)
const roles = ['system', 'assistant', 'user', 'function', 'tool', 'developer']

export function checkChatRequest(body: JsonObject): void {
  for (const key of Object.keys(body)) {
    if (!fields.has(key)) throw new Refusal(`Unrecognized request argument supplied: ${key}`)
  }
  const model = stringOf(body['model'])
  if (model === undefined) throw new Refusal('you must provide a model parameter')
  if (body['max_tokens'] !== undefined && /^(o[1-9]|gpt-[5-9])/.test(model)) {
    throw new Refusal(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { param: 'max_tokens', code: 'unsupported_parameter' },
    )
  }
  const messages = body['messages']
  if (messages === undefined) throw missingParameter('messages')
  if (!Array.isArray(messages)) throw typeRefusal('messages', 'an array of objects', messages)
  if (messages.length === 0) throw emptyArray('messages')
  if (body['stream_options'] !== undefined && body['stream'] !== true) {
    throw new Refusal("The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: 'stream_options',
    })
  }
  checkFormat(objectOf(body['response_format']), messages)
  checkTools(body)
  for (const [index, message] of messages.entries()) checkMessage(message, index)
  checkPairs(messages)
}

function checkFormat(format: JsonObject, messages: readonly JsonValue[]): void {
  if (format['type'] === 'json_object' && !saysJson(messages)) {
    throw new Refusal(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      { param: 'messages' },
    )
  }
  if (format['type'] !== 'json_schema') return
  openaiName(objectOf(format['json_schema'])['name'], 'response_format.json_schema.name')
}

/** In what is said; a tool's arguments are not. */
export function saysJson(messages: readonly JsonValue[]): boolean {
  return messages.some((message) => /json/i.test(JSON.stringify(objectOf(message)['content'] ?? '')))
}

function checkMessage(message: JsonValue, index: number): void {
  const at = `messages[${index}]`
  if (!isObject(message)) throw typeRefusal(at, 'an object', message)
  const role = stringOf(message['role']) ?? ''
  if (!roles.includes(role)) {
    const supported = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'"
    throw new Refusal(`Invalid value: '${role}'. Supported values are: ${supported}.`, {
      param: `${at}.role`,
      code: 'invalid_value',
    })
  }
  checkContent(message, role, at)
  if (role === 'tool') checkCallId(message['tool_call_id'], `${at}.tool_call_id`)
  if (Array.isArray(message['tool_calls']) && message['tool_calls'].length === 0) throw emptyArray(`${at}.tool_calls`)
  for (const [place, call] of arrayOf(message['tool_calls']).entries()) {
    checkCall(objectOf(call), `${at}.tool_calls[${place}]`)
  }
}

function checkContent(message: JsonObject, role: string, at: string): void {
  const content = message['content']
  if (typeof content === 'string') return
  const spoken = role === 'assistant' && (message['tool_calls'] ?? message['refusal'] ?? message['audio']) !== undefined
  if (content === undefined || content === null) {
    if (spoken) return
    throw new Refusal("Invalid value for 'content': expected a string, got null.", { param: `${at}.content` })
  }
  if (!Array.isArray(content)) throw typeRefusal(`${at}.content`, 'a string or an array of objects', content)
  if (content.length === 0) throw emptyArray(`${at}.content`)
  const types = role === 'user' ? ['text', 'image_url', 'input_audio', 'file'] : ['text', 'refusal']
  for (const [place, part] of content.entries()) {
    const type = stringOf(objectOf(part)['type']) ?? ''
    checkFile(objectOf(objectOf(part)['file']), `${at}.content[${place}].file`)
    if (!types.includes(type)) {
      throw new Refusal(`Invalid value: '${type}'. Supported values are: '${types.join("', '")}'.`, {
        param: `${at}.content[${place}].type`,
        code: 'invalid_value',
      })
    }
  }
}

/** Files come by id or with their bytes; nobody fetches them. */
function checkFile(file: JsonObject, at: string): void {
  const data = stringOf(file['file_data'])
  if (data === undefined || /^data:[^,]+;base64,/.test(data)) return
  throw new Refusal(`Invalid '${at}.file_data': expected a base64-encoded data URL.`, {
    param: `${at}.file_data`,
    code: 'invalid_value',
  })
}

function checkPairs(messages: readonly JsonValue[]): void {
  let open = new Set<string>()
  let caller = 0
  for (const [index, message] of [...messages, {}].entries()) {
    if (!isObject(message)) continue
    if (message['role'] === 'tool') {
      const id = stringOf(message['tool_call_id']) ?? ''
      if (!open.delete(id)) {
        throw new Refusal(
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          { param: `messages.[${index}].role` },
        )
      }
      continue
    }
    if (open.size > 0) {
      throw new Refusal(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
        { param: `messages.[${caller}].role` },
      )
    }
    open = new Set(arrayOf(message['tool_calls']).map((call) => stringOf(objectOf(call)['id']) ?? ''))
    caller = index + 1
  }
}

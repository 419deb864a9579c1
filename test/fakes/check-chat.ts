/** Is this a request Chat Completions would take? Literals from providers.md 4.5, 4.6 where it has them. */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'

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
  if (stringOf(body['model']) === undefined) throw new Refusal('you must provide a model parameter')
  const messages = body['messages']
  if (messages === undefined) {
    throw new Refusal("Missing required parameter: 'messages'.", {
      param: 'messages',
      code: 'missing_required_parameter',
    })
  }
  if (!Array.isArray(messages)) throw typeRefusal('messages', 'an array of objects', messages)
  if (messages.length === 0) {
    throw new Refusal(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      { param: 'messages', code: 'empty_array' },
    )
  }
  if (body['stream_options'] !== undefined && body['stream'] !== true) {
    throw new Refusal("The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: 'stream_options',
    })
  }
  checkTools(body)
  for (const [index, message] of messages.entries()) checkMessage(message, index)
  checkPairs(messages)
}

function checkTools(body: JsonObject): void {
  const { tools } = body
  if (tools === undefined) {
    if (body['tool_choice'] === undefined || body['tool_choice'] === 'none') return
    throw new Refusal("Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", {
      param: 'tool_choice',
    })
  }
  if (!Array.isArray(tools)) throw typeRefusal('tools', 'an array of objects', tools)
  if (tools.length > 0) return
  throw new Refusal(
    "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    {
      param: 'tools',
      code: 'empty_array',
    },
  )
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
  if (content.length === 0) {
    throw new Refusal(`Invalid '${at}.content': empty array. Expected an array with minimum length 1.`, {
      param: `${at}.content`,
      code: 'empty_array',
    })
  }
  const types = role === 'user' ? ['text', 'image_url', 'input_audio', 'file'] : ['text', 'refusal']
  for (const [place, part] of content.entries()) {
    const type = stringOf(objectOf(part)['type']) ?? ''
    if (!types.includes(type)) {
      throw new Refusal(`Invalid value: '${type}'. Supported values are: '${types.join("', '")}'.`, {
        param: `${at}.content[${place}].type`,
        code: 'invalid_value',
      })
    }
  }
}

function checkCall(call: JsonObject, at: string): void {
  const id = stringOf(call['id']) ?? ''
  if (id.length > 40) {
    throw new Refusal(
      `Invalid '${at}.id': string too long. Expected a string with maximum length 40, but got a string with length ${id.length} instead.`,
      { param: `${at}.id`, code: 'string_above_max_length' },
    )
  }
  const type = stringOf(call['type'])
  if (type === undefined) {
    throw new Refusal(`Missing required parameter: '${at}.type'.`, {
      param: `${at}.type`,
      code: 'missing_required_parameter',
    })
  }
  if (type !== 'function') return
  const called = objectOf(call['function'])
  if (!/^[a-zA-Z0-9_-]+$/.test(stringOf(called['name']) ?? '')) {
    throw new Refusal(
      `Invalid '${at}.function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      { param: `${at}.function.name`, code: 'invalid_value' },
    )
  }
  if (typeof called['arguments'] !== 'string') {
    throw typeRefusal(`${at}.function.arguments`, 'a string', called['arguments'])
  }
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

function typeRefusal(param: string, expected: string, value: JsonValue | undefined): Refusal {
  const got = value === null || value === undefined ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  return new Refusal(`Invalid type for '${param}': expected ${expected}, but got ${got} instead.`, {
    param,
    code: 'invalid_type',
  })
}

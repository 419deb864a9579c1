/** Is this a request the Messages API would take? Literals from providers.md 4.1, 4.2 where it has them. */

import { arrayOf, isObject, type JsonObject, type JsonValue, numberOf, stringOf } from '../../src/ir/json.ts'
import { checkBetas } from './check-anthropic-betas.ts'
import { checkSampling, checkThinking, claudeVersion } from './check-anthropic-models.ts'
import { checkServerTools } from './check-anthropic-server-tools.ts'
import { checkTools } from './check-anthropic-tool-list.ts'
import { checkToolPairs } from './check-anthropic-tools.ts'
import { Refusal } from './refusal.ts'

export interface AnthropicHeaders {
  version: string | undefined
  beta: string
}

/** What is wrong with a thinking block at this place in the conversation; `undefined` when this provider wrote it for here. */
export type VerifySignature = (
  block: JsonObject,
  body: JsonObject,
  messageIndex: number,
  beta: string,
) => string | undefined

const versions = new Set(['2023-01-01', '2023-06-01', '2026-10-21'])

/** The fields of SDK 1.x (providers.md 4.3); any other is refused, so a proxy's own fields can't slip through. */
const fields = new Set(
  `model messages max_tokens system metadata stop_sequences stream temperature top_k top_p tools tool_choice thinking
  service_tier container mcp_servers context_management output_config thread fallbacks fallback_credit_token diagnostics
  speed inference_geo cache_control betas`.split(/\s+/),
)

const blockTypes = {
  user: new Set(['text', 'image', 'document', 'search_result', 'tool_result', 'container_upload']),
  assistant: new Set(
    `text thinking redacted_thinking tool_use server_tool_use web_search_tool_result web_fetch_tool_result
    code_execution_tool_result bash_code_execution_tool_result text_editor_code_execution_tool_result
    tool_search_tool_result advisor_tool_result mcp_tool_use mcp_tool_result container_upload fallback compaction`.split(
      /\s+/,
    ),
  ),
  system: new Set(['text', 'tool_addition', 'tool_removal']),
}

const thinkingFields: Readonly<Record<string, readonly string[]>> = {
  thinking: ['signature', 'thinking'],
  redacted_thinking: ['data'],
}

export function checkAnthropicHeaders(headers: AnthropicHeaders): void {
  if (headers.version === undefined) throw new Refusal('anthropic-version: header is required')
  if (!versions.has(headers.version)) {
    throw new Refusal(`anthropic-version: "${headers.version}" is not a valid version`)
  }
}

export function checkMessagesRequest(
  body: JsonObject,
  headers: AnthropicHeaders,
  verify: VerifySignature,
  counting: boolean,
): void {
  for (const key of Object.keys(body)) if (!fields.has(key)) throw new Refusal(`${key}: Extra inputs are not permitted`)
  if (stringOf(body['model']) === undefined) throw new Refusal('model: Field required')
  checkBetas(body, headers.beta)
  if (!counting) checkMaxTokens(body['max_tokens'])
  checkThinking(body)
  checkSampling(body)
  checkTools(body)
  checkSystem(body['system'])
  checkMessages(body, headers, verify)
}

function checkMaxTokens(value: JsonValue | undefined): void {
  if (value === undefined) throw new Refusal('max_tokens: Field required')
  const tokens = numberOf(value)
  if (tokens === undefined || !Number.isInteger(tokens)) {
    throw new Refusal('max_tokens: Input should be a valid integer')
  }
  if (tokens < 1) throw new Refusal('max_tokens: Input should be greater than or equal to 1')
}

function checkSystem(system: JsonValue | undefined): void {
  if (system === undefined || typeof system === 'string') return
  if (!Array.isArray(system)) throw new Refusal('system: Input should be a valid list')
  for (const [index, block] of system.entries()) {
    if (!isObject(block) || block['type'] !== 'text') throw new Refusal(`system.${index}: Input should be a text block`)
    checkText(block, 'system')
  }
}

function checkMessages(body: JsonObject, headers: AnthropicHeaders, verify: VerifySignature): void {
  const messages = body['messages']
  if (messages === undefined) throw new Refusal('messages: Field required')
  if (!Array.isArray(messages)) throw new Refusal('messages: Input should be a valid list')
  if (messages.length === 0) throw new Refusal('messages: at least one message is required')
  for (const [index, message] of messages.entries()) {
    const last = index === messages.length - 1
    if (!isObject(message)) throw new Refusal(`messages.${index}: Input should be an object`)
    checkRole(message, index, headers)
    checkContent(message, index, last)
    for (const [place, block] of arrayOf(message['content']).entries()) {
      const fault = isThinking(block) ? verify(block, body, index, headers.beta) : undefined
      if (fault !== undefined) throw new Refusal(`messages.${index}.content.${place}: ${fault}`)
    }
  }
  // Consecutive turns of one role are documented to be merged, so only the first role is fixed.
  if (roleOf(messages[0]) === 'assistant') throw new Refusal('messages: first message must use the "user" role')
  checkPrefill(stringOf(body['model']) ?? '', messages)
  checkToolPairs(messages)
  checkServerTools(messages)
}

function isThinking(block: JsonValue): block is JsonObject {
  return isObject(block) && (block['type'] === 'thinking' || block['type'] === 'redacted_thinking')
}

function checkRole(message: JsonObject, index: number, headers: AnthropicHeaders): void {
  const role = stringOf(message['role'])
  if (role === 'user' || role === 'assistant') return
  if (role !== 'system') throw new Refusal(`messages.${index}.role: Input should be 'user' or 'assistant'`)
  // A system role inside `messages` came with this version and, before it, with a beta (providers.md 4.3, 4.4).
  if (headers.version === '2026-10-21' || headers.beta.includes('mid-conversation')) return
  throw new Refusal(
    'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
  )
}

function checkContent(message: JsonObject, index: number, last: boolean): void {
  const content = message['content']
  const prefill = last && message['role'] === 'assistant'
  if (content === undefined) throw new Refusal(`messages.${index}.content: Field required`)
  if ((content === '' || (Array.isArray(content) && content.length === 0)) && !prefill) {
    throw new Refusal(
      `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
    )
  }
  if (typeof content === 'string') {
    // A string is short for a text block.
    if (content !== '') checkText({ text: content }, 'messages')
    checkPrefillEnd(content, prefill)
    return
  }
  if (!Array.isArray(content)) throw new Refusal(`messages.${index}.content: Input should be a valid list`)
  for (const [place, block] of content.entries()) checkBlock(block, message, `messages.${index}.content.${place}`)
  const end = content.at(-1)
  if (isObject(end) && end['type'] === 'text') checkPrefillEnd(stringOf(end['text']) ?? '', prefill)
}

function checkBlock(block: JsonValue, message: JsonObject, at: string): void {
  if (!isObject(block)) throw new Refusal(`${at}: Input should be an object`)
  const role = roleOf(message)
  const type = stringOf(block['type'])
  const allowed = blockTypes[role === 'assistant' || role === 'system' ? role : 'user']
  if (type === undefined || !allowed.has(type)) {
    throw new Refusal(
      `${at}: Input tag '${type ?? ''}' found using 'type' does not match any of the expected tags: '${[...allowed].join("', '")}'`,
    )
  }
  if (type === 'text') checkText(block, 'messages')
  if (type === 'image' || type === 'document') checkMedia(block, `${at}.${type}`)
  if (type === 'tool_result') checkResult(block, at)
  for (const field of thinkingFields[type] ?? []) {
    if (stringOf(block[field]) === undefined) throw new Refusal(`${at}.${type}.${field}: Field required`)
  }
}

const mediaTypes: Readonly<Record<string, readonly string[]>> = {
  image: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
  document: ['application/pdf'],
}

function checkMedia(block: JsonObject, at: string): void {
  const source = block['source']
  if (!isObject(source)) throw new Refusal(`${at}.source: Field required`)
  if (source['type'] !== 'base64') return
  const allowed = mediaTypes[stringOf(block['type']) ?? ''] ?? []
  if (allowed.includes(stringOf(source['media_type']) ?? '')) return
  throw new Refusal(
    `${at}.source.base64.media_type: Input should be ${allowed.map((type) => `'${type}'`).join(' or ')}`,
  )
}

const resultTypes = new Set(['text', 'image', 'document', 'search_result', 'tool_reference'])

function checkResult(result: JsonObject, at: string): void {
  for (const [place, block] of arrayOf(result['content']).entries()) {
    const type = isObject(block) ? stringOf(block['type']) : undefined
    const where = `${at}.tool_result.content.${place}`
    if (!isObject(block) || type === undefined || !resultTypes.has(type)) {
      throw new Refusal(
        `${where}: Input tag '${type ?? ''}' found using 'type' does not match any of the expected tags: '${[...resultTypes].join("', '")}'`,
      )
    }
    if (type === 'text') checkText(block, 'messages')
    if (type === 'image' || type === 'document') checkMedia(block, `${where}.${type}`)
  }
}

function checkText(block: JsonObject, where: string): void {
  const text = stringOf(block['text'])
  if (text === undefined) throw new Refusal(`${where}: text: Field required`)
  if (text === '') throw new Refusal(`${where}: text content blocks must be non-empty`)
  if (text.trim() === '') throw new Refusal(`${where}: text content blocks must contain non-whitespace text`)
}

function checkPrefillEnd(text: string, prefill: boolean): void {
  if (prefill && /\s$/.test(text)) {
    throw new Refusal('messages: final assistant content cannot end with trailing whitespace')
  }
}

/** From 4.6 on a conversation has to end with a user message (providers.md 4.1, parameter errors). */
function checkPrefill(model: string, messages: readonly JsonValue[]): void {
  if (roleOf(messages.at(-1)) === 'assistant' && claudeVersion(model) >= 4.06) {
    throw new Refusal(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    )
  }
}

function roleOf(message: JsonValue | undefined): string | undefined {
  return isObject(message) ? stringOf(message['role']) : undefined
}

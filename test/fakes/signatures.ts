/** Thinking signatures that can be checked without a memory, bound as the real ones are (providers.md 4.1). */

import { createHash } from 'node:crypto'
import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'

const invalid = 'Invalid `signature` in `thinking` block'
const otherConversation =
  'Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'

/** Signs thinking that answers `request`. */
export function sign(thinking: string, request: JsonObject): string {
  const binding = bindsPrefix(request) ? prefixDigest(request, arrayOf(request['messages']).length) : 'unbound'
  return Buffer.from(`${digest(thinking)}.${binding}`).toString('base64')
}

/** What is wrong with a block that comes back in message `index` of `request`; `undefined` when nothing is. */
export function verify(block: JsonObject, request: JsonObject, index: number): string | undefined {
  const [content, binding] = Buffer.from(stringOf(block['signature']) ?? '', 'base64')
    .toString('utf8')
    .split('.')
  if (content !== digest(stringOf(block['thinking']) ?? '')) return invalid
  if (binding === 'unbound' || !bindsPrefix(request) || dropsMismatches(request)) return undefined
  return binding === prefixDigest(request, index) ? undefined : otherConversation
}

/** Encrypted reasoning of the Responses API starts with `gAAAA` (providers.md 4.5). */
export function seal(thinking: string): string {
  const text = Buffer.from(thinking).toString('base64url')
  return `gAAAA${digest(thinking)}${text}`
}

export function isSealed(encrypted: string): boolean {
  const thinking = Buffer.from(encrypted.slice(5 + 64), 'base64url').toString('utf8')
  return encrypted === seal(thinking)
}

/** The models with preserved thinking bind a block to everything before it. */
function bindsPrefix(request: JsonObject): boolean {
  return /^claude-(fable-5-[12]|mythos-5-|(opus|sonnet|haiku)-5-5)/.test(stringOf(request['model']) ?? '')
}

function dropsMismatches(request: JsonObject): boolean {
  const binding = objectOf(objectOf(request['thinking'])['block_binding'])
  return binding['prefix_mismatch_behavior'] === 'drop_block'
}

function prefixDigest(request: JsonObject, messageCount: number): string {
  const messages = arrayOf(request['messages']).slice(0, messageCount).map(asBlocks)
  return digest(JSON.stringify(withoutUnbound([request['system'] ?? null, request['tools'] ?? null, messages])))
}

/** A string content is the same message as one text block. */
function asBlocks(message: JsonValue): JsonValue {
  if (!isObject(message) || typeof message['content'] !== 'string') return message
  return { ...message, content: [{ type: 'text', text: message['content'] }] }
}

/** Moving `cache_control` and leaving out thinking does not break a binding. */
function withoutUnbound(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.filter((entry) => !(isObject(entry) && isThinking(entry))).map(withoutUnbound)
  }
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => key !== 'cache_control')
  return Object.fromEntries(kept.map(([key, entry]) => [key, withoutUnbound(entry)]))
}

function isThinking(block: JsonObject): boolean {
  return block['type'] === 'thinking' || block['type'] === 'redacted_thinking'
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

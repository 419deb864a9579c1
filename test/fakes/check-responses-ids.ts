/** Ids of items: their form, and whether this provider gave them out (providers.md 4.5). */

import { isObject, type JsonObject, type JsonValue, stringOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'

/** What is remembered of an item that this provider gave out. */
export interface KnownItem {
  isStored: boolean
  /** The reasoning that led to it. */
  reasoning: string | undefined
}

type Find = (itemId: string) => KnownItem | undefined

/** Prefixes by item type: ids are checked by them. */
const idPrefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  local_shell_call: 'lsh',
  tool_search_call: 'tsc',
  reasoning: 'rs',
  compaction: 'cmp',
  web_search_call: 'ws',
  file_search_call: 'fs',
  code_interpreter_call: 'ci',
  image_generation_call: 'ig',
  mcp_call: 'mcp',
  mcp_list_tools: 'mcpl',
  mcp_approval_request: 'mcpr',
}

/** SDKs write references with and without their type. */
export function isReference(item: JsonObject): boolean {
  if (item['type'] === 'item_reference') return true
  return (item['type'] ?? null) === null && item['role'] === undefined && item['id'] !== undefined
}

export function checkItemIds(input: readonly JsonValue[], find: Find): void {
  const seen = new Set<string>()
  for (const [index, item] of input.entries()) {
    if (!isObject(item)) continue
    checkForm(item, `input[${index}]`)
    const id = stringOf(item['id'])
    if (id === undefined || !isWrittenHere(item)) continue
    if (seen.has(id)) {
      throw new Refusal(`Duplicate item found with id ${id}. Remove duplicate items from your input and try again.`, {
        param: 'input',
      })
    }
    seen.add(id)
    checkIsKnown(item, id, find(id))
  }
  for (const item of input) if (isObject(item)) checkAnswersRequest(item, seen, find)
  for (const item of input) if (isObject(item)) checkHasReasoning(item, seen, find)
}

function checkForm(item: JsonObject, at: string): void {
  const id = stringOf(item['id'])
  const prefix = idPrefixes[stringOf(item['type']) ?? 'message']
  if (id === undefined || prefix === undefined || isReference(item)) return
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

/** What only a provider can have written; outputs and the user's messages are the client's own. */
function isWrittenHere(item: JsonObject): boolean {
  const type = stringOf(item['type']) ?? ''
  return isReference(item) || item['role'] === 'assistant' || ownTypes.has(type) || type.endsWith('_call')
}

const ownTypes = new Set(['reasoning', 'mcp_list_tools', 'mcp_approval_request'])

/** The word of a client counts for a call that this provider wanted to make. The sentence is not recorded. */
function checkAnswersRequest(item: JsonObject, given: ReadonlySet<string>, find: Find): void {
  if (item['type'] !== 'mcp_approval_response') return
  const id = stringOf(item['approval_request_id']) ?? ''
  if (!given.has(id) && find(id) === undefined) throw notFound(`MCP approval request with id '${id}' not found.`)
}

function checkIsKnown(item: JsonObject, id: string, known: KnownItem | undefined): void {
  if (known === undefined) throw notFound(`Item with id '${id}' not found.`)
  const isBare = isReference(item) || (item['type'] === 'reasoning' && item['encrypted_content'] === undefined)
  if (known.isStored || !isBare) return
  throw notFound(
    `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
  )
}

function notFound(message: string): Refusal {
  return new Refusal(message, { status: 404, param: 'input' })
}

/** An item that reasoning led to does not come back without it. */
function checkHasReasoning(item: JsonObject, given: ReadonlySet<string>, find: Find): void {
  const id = stringOf(item['id'])
  const reasoning = id === undefined ? undefined : find(id)?.reasoning
  if (reasoning === undefined || given.has(reasoning)) return
  const type = stringOf(item['type']) ?? 'message'
  throw new Refusal(
    `Item '${id}' of type '${type}' was provided without its required 'reasoning' item: '${reasoning}'.`,
    { param: 'input' },
  )
}

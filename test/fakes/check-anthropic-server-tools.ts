/** Calls that Anthropic ran itself, which nobody else can continue or forge (providers.md 4.2). */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'

const uses: Readonly<Record<string, RegExp>> = {
  server_tool_use: /^srvtoolu_[a-zA-Z0-9_]+$/,
  mcp_tool_use: /^mcptoolu_[a-zA-Z0-9_]+$/,
}

export function checkServerTools(messages: readonly JsonValue[]): void {
  const open = new Map<string, Set<string>>(Object.keys(uses).map((use) => [use, new Set()]))
  let isPending = false
  for (const [index, message] of messages.entries()) {
    const { role, content } = objectOf(message)
    const blocks = arrayOf(content).map(objectOf)
    const said = typeof content === 'string' ? [{ type: 'text' }] : blocks
    if (role === 'user' && isPending && said.some((block) => block['type'] !== 'tool_result')) {
      // The sentence is not recorded, the rule is.
      throw new Refusal(`messages.${index}: only \`tool_result\` blocks may follow while a server tool is pending`)
    }
    if (role === 'user') isPending = false
    for (const [place, block] of blocks.entries()) checkBlock(block, `messages.${index}.content.${place}`, open)
    if (role === 'assistant') isPending = open.get('server_tool_use')?.size !== 0
  }
}

function checkBlock(block: JsonObject, at: string, open: ReadonlyMap<string, Set<string>>): void {
  const type = stringOf(block['type']) ?? ''
  const pattern = uses[type]
  if (pattern !== undefined) {
    const id = stringOf(block['id']) ?? ''
    if (!pattern.test(id)) throw new Refusal(`${at}.${type}.id: String should match pattern '${pattern.source}'`)
    open.get(type)?.add(id)
  }
  if (type === 'mcp_tool_use') checkServerUse(block, at)
  if (type === 'tool_result' || !type.endsWith('_tool_result')) return
  if (type === 'mcp_tool_result') checkServerResult(block, at)
  const use = type === 'mcp_tool_result' ? 'mcp_tool_use' : 'server_tool_use'
  const id = stringOf(block['tool_use_id']) ?? ''
  if (open.get(use)?.delete(id)) return
  throw new Refusal(
    `${at}: unexpected \`tool_use_id\` found in \`${type}\` blocks: ${id}. Each \`${type}\` block must have a corresponding \`${use}\` block before it.`,
  )
}

/** The sentences are not recorded, the shapes are the SDK's (BetaMCPToolUseBlockParam, BetaRequestMCPToolResultBlockParam). */
function checkServerUse(block: JsonObject, at: string): void {
  for (const field of ['name', 'server_name'])
    if (!stringOf(block[field])) throw new Refusal(`${at}.mcp_tool_use.${field}: Field required`)
  if (!isObject(block['input'])) throw new Refusal(`${at}.mcp_tool_use.input: Input should be a valid dictionary`)
}

function checkServerResult({ content, is_error }: JsonObject, at: string): void {
  const texts = arrayOf(content).map(objectOf)
  if (typeof content !== 'string' && texts.some((part) => part['type'] !== 'text' || typeof part['text'] !== 'string'))
    throw new Refusal(`${at}.mcp_tool_result.content: Input should be a string or text blocks`)
  if (texts.some(({ text }) => (stringOf(text) ?? '').trim() === ''))
    throw new Refusal('messages: text content blocks must contain non-whitespace text')
  if (is_error !== undefined && typeof is_error !== 'boolean')
    throw new Refusal(`${at}.mcp_tool_result.is_error: Input should be a valid boolean`)
}

/** Anthropic tools: wire <-> IR. Which of them the model sees may change in the middle of the conversation. */
import {
  arrayOf,
  booleanOf,
  compact,
  defined,
  isObject,
  objectOf,
  stringOf,
  wordOf,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import type { ChatRequest, FunctionTool, Tool, ToolChoice, Warn } from '../../ir/request.ts'
import { reachableChoice } from '../tool-choice.ts'
import { clientToolOf } from './client-tools.ts'

/**
 * The tools that the model sees now: deferred ones only once something refers to them (real-clients.md 2, ToolSearch), with the
 * additions and removals that system messages made (SDK: BetaRequestToolAdditionBlock).
 */
export function decodeTools(tools: JsonValue | undefined, messages: JsonValue[]): Tool[] {
  const wire = arrayOf(tools).map(objectOf)
  const known = new Map(wire.toReversed().map((tool) => [tool['name'], tool]))
  const shown = new ShownTools()
  for (const tool of wire) if (tool['defer_loading'] !== true) shown.add(tool)
  for (const message of messages) {
    for (const value of arrayOf(objectOf(message)['content'])) {
      const block = objectOf(value)
      const removed = block['type'] === 'tool_removal' ? objectOf(block['tool'])['name'] : undefined
      if (removed !== undefined) shown.remove(removed)
      for (const reference of referencesIn(block)) {
        const name = reference['name'] ?? reference['tool_name']
        const tool = isObject(reference['input_schema']) ? reference : known.get(name)
        if (tool) shown.add(tool)
      }
    }
  }
  return shown.all().map(decodeTool)
}

/** Each once, in the order in which they came; a conversation may name tens of thousands. */
class ShownTools {
  readonly #byName = new Map<JsonValue | undefined, Set<JsonObject>>()
  readonly #all = new Set<JsonObject>()

  add(tool: JsonObject): void {
    const named = this.#byName.get(tool['name']) ?? new Set()
    this.#byName.set(tool['name'], named.add(tool))
    this.#all.add(tool)
  }

  remove(name: JsonValue): void {
    for (const tool of this.#byName.get(name) ?? []) this.#all.delete(tool)
    this.#byName.delete(name)
  }

  all(): JsonObject[] {
    return [...this.#all]
  }
}

/** The tools that a block lets the model see: an addition, or what a search found. */
function referencesIn(block: JsonObject): JsonObject[] {
  if (block['type'] === 'tool_addition') return [objectOf(block['tool'])]
  if (block['type'] !== 'tool_result' && block['type'] !== 'tool_search_tool_result') return []
  const found = Array.isArray(block['content'])
    ? block['content']
    : arrayOf(objectOf(block['content'])['tool_references'])
  return found.map(objectOf).filter((inner) => inner['type'] === 'tool_reference')
}

function decodeTool(tool: JsonObject): Tool {
  const name = stringOf(tool['name'])
  const known = clientToolOf(stringOf(tool['type']) ?? '')
  const inputSchema = isObject(tool['input_schema']) ? tool['input_schema'] : known?.inputSchema
  if (name === undefined || inputSchema === undefined) {
    return { type: 'opaque', dialect: 'anthropic', kind: wordOf(tool['type']), value: tool }
  }
  return {
    type: 'function',
    name,
    inputSchema,
    ...defined({
      description: stringOf(tool['description']) ?? known?.description,
      strict: booleanOf(tool['strict']),
      cache: isObject(tool['cache_control']) ? tool['cache_control'] : undefined,
    }),
  }
}

export function decodeToolChoice(choice: JsonObject): ToolChoice {
  const name = stringOf(choice['name'])
  if (choice['type'] === 'tool' && name !== undefined) return { type: 'tool', name }
  if (choice['type'] === 'any') return { type: 'required' }
  return choice['type'] === 'none' ? { type: 'none' } : { type: 'auto' }
}

/** `tools` and `tool_choice`; a choice without tools is refused. */
export function encodeTools(request: ChatRequest, warn: Warn): Record<string, JsonValue | undefined> {
  const tools = request.tools.flatMap((tool) => encodeTool(tool, warn))
  if (tools.length === 0) return {}
  const choice = reachableChoice(request, 'anthropic', warn)
  return { tools, tool_choice: encodeToolChoice(choice, request.parallelToolCalls) }
}

function encodeTool(tool: Tool, warn: Warn): JsonObject[] {
  if (tool.type === 'function') return [encodeFunction(tool)]
  if (tool.dialect === 'anthropic') return [tool.value]
  warn(`tool '${tool.kind}' has no counterpart in Messages and was left out`)
  return []
}

function encodeFunction(tool: FunctionTool): JsonObject {
  return compact({
    name: tool.name,
    description: tool.description,
    input_schema: tool.inputSchema,
    strict: tool.strict,
    cache_control: tool.cache,
  })
}

function encodeToolChoice(choice: ToolChoice, parallelToolCalls: boolean | undefined): JsonObject | undefined {
  const serial = parallelToolCalls === false && choice.type !== 'none' ? { disable_parallel_tool_use: true } : {}
  switch (choice.type) {
    case 'auto':
      return parallelToolCalls === false ? { type: 'auto', ...serial } : undefined
    case 'none':
      return { type: 'none' }
    case 'required':
      return { type: 'any', ...serial }
    case 'tool':
      return { type: 'tool', name: choice.name, ...serial }
  }
}

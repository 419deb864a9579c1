/** Anthropic Messages requests: wire <-> IR. */
import {
  arrayOf,
  booleanOf,
  compact,
  defined,
  isObject,
  numberOf,
  objectOf,
  stringOf,
  wordOf,
  without,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import type {
  ChatRequest,
  FunctionTool,
  Message,
  Output,
  Reasoning,
  TextPart,
  Tool,
  ToolChoice,
  Warn,
} from '../../ir/request.ts'
import { BadRequest } from '../dialect.ts'
import {
  decodeAssistantBlock,
  decodeText,
  decodeUserMessages,
  encodeAssistantPart,
  encodeToolResult,
  encodeUserPart,
} from './blocks.ts'

const modelled = new Set(
  'model messages system tools tool_choice max_tokens temperature top_p top_k stop_sequences stream metadata thinking output_config'.split(
    ' ',
  ),
)

/** `max_tokens` is required on this wire; what an answer gets when the client's dialect named no limit. */
const defaultMaxTokens = 8192

export function decodeRequest(body: JsonValue | undefined): ChatRequest {
  if (!isObject(body)) throw new BadRequest('body', 'must be a JSON object')
  const model = stringOf(body['model'])
  if (model === undefined) throw new BadRequest('model', 'field required')
  if (!Array.isArray(body['messages'])) throw new BadRequest('messages', 'field required')
  const config = objectOf(body['output_config'])
  const serial = booleanOf(objectOf(body['tool_choice'])['disable_parallel_tool_use'])
  const userId = stringOf(objectOf(body['metadata'])['user_id'])
  const reasoning = decodeReasoning(objectOf(body['thinking']), config)
  return {
    model,
    stream: body['stream'] === true,
    messages: [...decodeSystem(body['system']), ...body['messages'].flatMap(decodeMessage)],
    tools: arrayOf(body['tools']).map(decodeTool),
    toolChoice: decodeToolChoice(objectOf(body['tool_choice'])),
    sampling: decodeSampling(body),
    output: decodeOutput(config['format']),
    ...defined({ userId, reasoning, parallelToolCalls: serial === undefined ? undefined : !serial }),
    extras: { anthropic: without(body, modelled) },
  }
}

function decodeSystem(system: JsonValue | undefined): Message[] {
  if (typeof system === 'string')
    return system === '' ? [] : [{ role: 'system', content: [{ type: 'text', text: system }] }]
  const content = arrayOf(system)
    .map(objectOf)
    .map(decodeText)
    .filter((part) => !isBillingLine(part))
  return content.length === 0 ? [] : [{ role: 'system', content }]
}

/** Claude Code's first system block is for Anthropic's accounting only, and changes with every request (providers.md 4.4). */
function isBillingLine(part: TextPart): boolean {
  return part.text.startsWith('x-anthropic-billing-header:')
}

function decodeMessage(value: JsonValue, at: number): Message[] {
  const path = `messages.${at}`
  const message = objectOf(value)
  const content = blocksOf(message['content'], `${path}.content`)
  switch (message['role']) {
    case 'user':
      return decodeUserMessages(content)
    case 'assistant':
      return [{ role: 'assistant', content: content.map(decodeAssistantBlock) }]
    case 'system':
      return [{ role: 'system', content: content.filter((block) => block['type'] === 'text').map(decodeText) }]
    default:
      throw new BadRequest(`${path}.role`, "must be 'user', 'assistant' or 'system'")
  }
}

function blocksOf(content: JsonValue | undefined, path: string): JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw new BadRequest(path, 'must be a string or a list of content blocks')
  return content.map(objectOf)
}

function decodeTool(value: JsonValue): Tool {
  const tool = objectOf(value)
  const name = stringOf(tool['name'])
  if (name === undefined || !isObject(tool['input_schema'])) {
    return { type: 'opaque', dialect: 'anthropic', kind: wordOf(tool['type']), value: tool }
  }
  return {
    type: 'function',
    name,
    inputSchema: tool['input_schema'],
    ...defined({
      description: stringOf(tool['description']),
      strict: booleanOf(tool['strict']),
      cache: isObject(tool['cache_control']) ? tool['cache_control'] : undefined,
    }),
  }
}

function decodeToolChoice(choice: JsonObject): ToolChoice {
  const name = stringOf(choice['name'])
  if (choice['type'] === 'tool' && name !== undefined) return { type: 'tool', name }
  if (choice['type'] === 'any') return { type: 'required' }
  return choice['type'] === 'none' ? { type: 'none' } : { type: 'auto' }
}

function decodeSampling(body: JsonObject): ChatRequest['sampling'] {
  return {
    ...defined({
      maxOutputTokens: numberOf(body['max_tokens']),
      temperature: numberOf(body['temperature']),
      topP: numberOf(body['top_p']),
      topK: numberOf(body['top_k']),
    }),
    stopSequences: arrayOf(body['stop_sequences']).filter((stop) => typeof stop === 'string'),
  }
}

function decodeReasoning(thinking: JsonObject, config: JsonObject): Reasoning | undefined {
  if (thinking['type'] === 'disabled') return { effort: 'none' }
  const effort = stringOf(config['effort'])
  const budgetTokens = numberOf(thinking['budget_tokens'])
  if (thinking['type'] === undefined && effort === undefined) return undefined
  return defined({ effort, budgetTokens })
}

function decodeOutput(format: JsonValue | undefined): Output {
  if (!isObject(format)) return { type: 'text' }
  return isObject(format['schema']) ? { type: 'json', schema: format['schema'] } : { type: 'json' }
}

export function encodeRequest(request: ChatRequest, warn: Warn): JsonObject {
  const leading = request.messages.findIndex((message) => message.role !== 'system')
  const head = leading === -1 ? request.messages : request.messages.slice(0, leading)
  const system = head.flatMap((message) => (message.role === 'system' ? message.content : []))
  return {
    ...request.extras.anthropic,
    ...compact({
      model: request.model,
      max_tokens: request.sampling.maxOutputTokens ?? defaultMaxTokens,
      system: system.length === 0 ? undefined : system.map((part) => encodeUserPart(part, warn)),
      messages: encodeMessages(leading === -1 ? [] : request.messages.slice(leading), warn),
      tools: request.tools.length === 0 ? undefined : request.tools.flatMap((tool) => encodeTool(tool, warn)),
      tool_choice: encodeToolChoice(request),
      temperature: request.sampling.temperature,
      top_p: request.sampling.topP,
      top_k: request.sampling.topK,
      stop_sequences: request.sampling.stopSequences.length === 0 ? undefined : request.sampling.stopSequences,
      stream: request.stream,
      metadata: request.userId === undefined ? undefined : { user_id: request.userId },
      ...encodeReasoning(request),
    }),
  }
}

/** Tool results stand at the head of the next user message (providers.md 4.2), so neighbours of one wire role become one message. */
function encodeMessages(messages: Message[], warn: Warn): JsonObject[] {
  const wire: { role: string; content: JsonValue[] }[] = []
  for (const message of messages) {
    const role = message.role === 'tool' ? 'user' : message.role
    const content = encodeContent(message, warn)
    if (content.length === 0) continue
    const last = wire.at(-1)
    if (last?.role === role) last.content.push(...content)
    else wire.push({ role, content })
  }
  return wire.map(({ role, content }) => ({ role, content }))
}

function encodeContent(message: Message, warn: Warn): JsonObject[] {
  switch (message.role) {
    case 'system':
      return message.content.map((part) => encodeUserPart(part, warn))
    case 'user':
      return message.content
        .filter((part) => part.type !== 'text' || part.text !== '')
        .map((part) => encodeUserPart(part, warn))
    case 'assistant':
      return message.content.flatMap((part) => encodeAssistantPart(part, warn))
    case 'tool':
      return message.content.map((result) => encodeToolResult(result, warn))
  }
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

function encodeToolChoice({ toolChoice, parallelToolCalls, tools }: ChatRequest): JsonObject | undefined {
  if (tools.length === 0) return undefined
  const serial = parallelToolCalls === false && toolChoice.type !== 'none' ? { disable_parallel_tool_use: true } : {}
  switch (toolChoice.type) {
    case 'auto':
      return parallelToolCalls === false ? { type: 'auto', ...serial } : undefined
    case 'none':
      return { type: 'none' }
    case 'required':
      return { type: 'any', ...serial }
    case 'tool':
      return { type: 'tool', name: toolChoice.name, ...serial }
  }
}

function encodeReasoning({ reasoning, output }: ChatRequest): Record<string, JsonValue | undefined> {
  const format = output.type === 'json' && output.schema ? { type: 'json_schema', schema: output.schema } : undefined
  const effort = reasoning?.effort === 'none' ? undefined : reasoning?.effort
  const config = compact({ effort, format })
  return {
    thinking: encodeThinking(reasoning),
    output_config: Object.keys(config).length === 0 ? undefined : config,
  }
}

function encodeThinking(reasoning: Reasoning | undefined): JsonObject | undefined {
  if (reasoning?.effort === 'none') return { type: 'disabled' }
  if (reasoning?.budgetTokens !== undefined) return { type: 'enabled', budget_tokens: reasoning.budgetTokens }
  return reasoning === undefined ? undefined : { type: 'adaptive' }
}

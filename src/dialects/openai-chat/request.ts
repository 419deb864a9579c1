/** Chat Completions requests: wire <-> IR. */
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
import type { ChatRequest, Output, Sampling, Tool, ToolChoice, Warn } from '../../ir/request.ts'
import { BadRequest } from '../dialect.ts'
import { decodeFormat, decodeFunction, decodeToolChoice, encodeEffort, encodeFormat } from '../openai-format.ts'
import { freeformTool } from '../freeform.ts'
import { reachableChoice } from '../tool-choice.ts'
import { decodeMessages, encodeMessages } from './messages.ts'

const modelled = new Set(
  (
    'model messages stream stream_options tools tool_choice parallel_tool_calls max_completion_tokens max_tokens temperature top_p ' +
    'seed presence_penalty frequency_penalty stop response_format reasoning_effort user functions function_call top_k n'
  ).split(' '),
)

export function decodeRequest(body: JsonValue | undefined): ChatRequest {
  if (!isObject(body)) throw new BadRequest('body', 'must be a JSON object')
  const model = stringOf(body['model'])
  if (model === undefined) throw new BadRequest('model', 'you must provide a model parameter')
  if (!Array.isArray(body['messages'])) throw new BadRequest('messages', 'must be a list of messages')
  const effort = stringOf(body['reasoning_effort'])
  const functions = arrayOf(body['functions'])
  const listed = [...arrayOf(body['tools']), ...functions.map(asTool)].map((tool) => decodeTool(objectOf(tool)))
  return {
    model,
    stream: body['stream'] === true,
    messages: decodeMessages(body['messages']),
    ...decodeChoice(body['tool_choice'] ?? body['function_call'], listed),
    sampling: decodeSampling(body),
    output: decodeOutput(objectOf(body['response_format'])),
    ...defined({
      // A legacy answer has room for one call.
      parallelToolCalls: functions.length > 0 ? false : booleanOf(body['parallel_tool_calls']),
      echo: functions.length > 0 ? { functions: true } : undefined,
      reasoning: effort === undefined ? undefined : { effort },
      userId: stringOf(body['user']),
      choices: decodeChoices(body['n']),
      includeUsage: booleanOf(objectOf(body['stream_options'])['include_usage']),
    }),
    extras: { 'openai-chat': without(body, modelled) },
  }
}

/** Each of them is an answer of its own that a model writes: more would keep a local one busy for minutes. */
const mostChoices = 8

function decodeChoices(n: JsonValue | undefined): number | undefined {
  const count = numberOf(n)
  if (count === undefined || count === 1) return undefined
  if (Number.isInteger(count) && count > 1 && count <= mostChoices) return count
  throw new BadRequest(
    'n',
    `must be a whole number from 1 to ${mostChoices} where Trooper asks for the choices one by one`,
  )
}

/** The legacy `functions` list holds what `tools` wraps. */
function asTool(definition: JsonValue): JsonObject {
  return { type: 'function', function: definition }
}

function decodeTool(tool: JsonObject): Tool {
  const definition = tool['type'] === 'function' ? decodeFunction(objectOf(tool['function'])) : decodeCustom(tool)
  return definition ?? { type: 'opaque', dialect: 'openai-chat', kind: wordOf(tool['type']), value: tool }
}

/** Custom tools, whose grammar stands a level deeper here than in Responses. */
function decodeCustom(tool: JsonObject): Tool | undefined {
  const custom = objectOf(tool['custom'])
  const name = stringOf(custom['name'])
  if (tool['type'] !== 'custom' || name === undefined) return undefined
  const format = objectOf(custom['format'])
  const flat = { ...objectOf(format['grammar']), type: format['type'] ?? 'text' }
  return freeformTool(name, stringOf(custom['description']), isObject(custom['format']) ? flat : undefined)
}

/** `allowed_tools` narrows the list and leaves the choice, or the duty to choose, to the model. */
function decodeChoice(choice: JsonValue | undefined, tools: Tool[]): { toolChoice: ToolChoice; tools: Tool[] } {
  const named = objectOf(choice)
  if (named['type'] !== 'allowed_tools') return { toolChoice: decodeToolChoice(choice, nameOf(named)), tools }
  const { mode, tools: list } = objectOf(named['allowed_tools'])
  const allowed = arrayOf(list).map((tool) => nameOf(objectOf(tool)))
  return {
    toolChoice: { type: mode === 'required' ? 'required' : 'auto' },
    tools: tools.filter((tool) => tool.type === 'function' && allowed.includes(tool.name)),
  }
}

function nameOf(choice: JsonObject): string | undefined {
  const definition = objectOf(choice['function'] ?? choice['custom'])
  return stringOf(definition['name']) ?? stringOf(choice['name'])
}

function decodeSampling(body: JsonObject): Sampling {
  const stop = body['stop']
  return {
    ...defined({
      maxOutputTokens: numberOf(body['max_completion_tokens']) ?? numberOf(body['max_tokens']),
      temperature: numberOf(body['temperature']),
      topP: numberOf(body['top_p']),
      topK: numberOf(body['top_k']),
      seed: numberOf(body['seed']),
      presencePenalty: numberOf(body['presence_penalty']),
      frequencyPenalty: numberOf(body['frequency_penalty']),
    }),
    stopSequences: (typeof stop === 'string' ? [stop] : arrayOf(stop)).filter((entry) => typeof entry === 'string'),
  }
}

function decodeOutput(format: JsonObject): Output {
  return decodeFormat(format['type'], objectOf(format['json_schema']))
}

export function encodeRequest(request: ChatRequest, warn: Warn): JsonObject {
  const { sampling } = request
  if (sampling.topK !== undefined) warn("'topK' has no counterpart in Chat Completions and was left out")
  return {
    ...request.extras['openai-chat'],
    ...compact({
      model: request.model,
      messages: encodeMessages(request.messages, warn),
      stream: request.stream,
      stream_options: request.stream ? { include_usage: true } : undefined,
      ...encodeTools(request, warn),
      [limitOf(request.model)]: sampling.maxOutputTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      seed: sampling.seed,
      presence_penalty: sampling.presencePenalty,
      frequency_penalty: sampling.frequencyPenalty,
      stop: sampling.stopSequences.length === 0 ? undefined : sampling.stopSequences,
      response_format: encodeOutput(request.output),
      reasoning_effort: encodeEffort(request.reasoning),
      user: request.userId,
    }),
  }
}

/** An empty list, and settings without tools, are refused. */
function encodeTools(request: ChatRequest, warn: Warn): Record<string, JsonValue | undefined> {
  const tools = request.tools.flatMap((tool) => encodeTool(tool, warn))
  if (tools.length === 0) return {}
  const choice = reachableChoice(request, 'openai-chat', warn)
  return {
    tools,
    tool_choice: encodeToolChoice(choice, request.tools),
    parallel_tool_calls: request.parallelToolCalls,
  }
}

/** OpenAI's own reasoning models refuse the older name (providers.md 4.6); compatible servers drop the newer one silently (local-engines.md 1.8). */
function limitOf(model: string): 'max_tokens' | 'max_completion_tokens' {
  return /^(o[1-9]|gpt-[5-9])/.test(model) ? 'max_completion_tokens' : 'max_tokens'
}

function encodeTool(tool: Tool, warn: Warn): JsonObject[] {
  if (tool.type === 'function') {
    const { name, description, inputSchema, strict, freeform } = tool
    if (freeform) return [encodeCustom(name, freeform)]
    return [{ type: 'function', function: compact({ name, description, parameters: inputSchema, strict }) }]
  }
  if (tool.dialect === 'openai-chat') return [tool.value]
  warn(`tool '${tool.kind}' has no counterpart in Chat Completions and was left out`)
  return []
}

function encodeCustom(
  name: string,
  { description, format }: { description?: string; format?: JsonObject },
): JsonObject {
  const { type = 'text', ...grammar } = format ?? {}
  const nested = type === 'grammar' ? { type, grammar } : { type }
  return { type: 'custom', custom: compact({ name, description, format: format ? nested : undefined }) }
}

function encodeToolChoice(choice: ToolChoice, tools: readonly Tool[]): JsonValue {
  if (choice.type !== 'tool') return choice.type
  const { name } = choice
  const isFreeform = tools.some((tool) => tool.type === 'function' && tool.name === name && tool.freeform)
  return isFreeform ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } }
}

function encodeOutput(output: Output): JsonObject | undefined {
  const { type, definition } = encodeFormat(output)
  return type === 'text' ? undefined : compact({ type, json_schema: definition })
}

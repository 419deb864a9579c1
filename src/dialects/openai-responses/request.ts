/** Responses requests: wire <-> IR. */
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
import type { ChatRequest, Message, Output, Tool, ToolChoice, Warn } from '../../ir/request.ts'
import { BadRequest } from '../dialect.ts'
import { decodeFormat, decodeFunction, decodeToolChoice, encodeFormat } from '../openai-format.ts'
import { decodeItems, encodeItems } from './items.ts'

const modelled = new Set(
  (
    'model input instructions stream tools tool_choice parallel_tool_calls max_output_tokens temperature top_p reasoning text user ' +
    'previous_response_id conversation'
  ).split(' '),
)

export function decodeRequest(body: JsonValue | undefined): ChatRequest {
  if (!isObject(body)) throw new BadRequest('body', 'must be a JSON object')
  const model = stringOf(body['model'])
  if (model === undefined) throw new BadRequest('model', 'you must provide a model parameter')
  refuseServerHistory(body)
  const effort = stringOf(objectOf(body['reasoning'])['effort'])
  const format = objectOf(objectOf(body['text'])['format'])
  return {
    model,
    stream: body['stream'] === true,
    messages: [...decodeInstructions(body['instructions']), ...decodeInput(body['input'])],
    tools: arrayOf(body['tools']).map((tool) => decodeTool(objectOf(tool))),
    toolChoice: decodeToolChoice(body['tool_choice'], stringOf(objectOf(body['tool_choice'])['name'])),
    sampling: {
      ...defined({
        maxOutputTokens: numberOf(body['max_output_tokens']),
        temperature: numberOf(body['temperature']),
        topP: numberOf(body['top_p']),
      }),
      stopSequences: [],
    },
    output: decodeFormat(format['type'], format),
    ...defined({
      parallelToolCalls: booleanOf(body['parallel_tool_calls']),
      reasoning: effort === undefined ? undefined : { effort },
      userId: stringOf(body['user']),
    }),
    extras: { 'openai-responses': without(body, modelled) },
  }
}

/** The earlier turns are on the provider's side (providers.md 4.5): answering without them would lose the conversation. */
function refuseServerHistory(body: JsonObject): void {
  for (const field of ['previous_response_id', 'conversation', 'prompt']) {
    if (body[field]) throw new BadRequest(field, heldElsewhere)
  }
  arrayOf(body['input']).forEach((item, at) => {
    if (objectOf(item)['type'] === 'item_reference') throw new BadRequest(`input[${at}]`, heldElsewhere)
  })
}

const heldElsewhere = 'names what only the provider holds; send the whole input instead'

function decodeInstructions(instructions: JsonValue | undefined): Message[] {
  const text = stringOf(instructions)
  return text ? [{ role: 'system', content: [{ type: 'text', text }] }] : []
}

function decodeInput(input: JsonValue | undefined): Message[] {
  if (typeof input === 'string') return [{ role: 'user', content: [{ type: 'text', text: input }] }]
  if (!Array.isArray(input)) throw new BadRequest('input', 'must be a string or a list of items')
  return decodeItems(input)
}

function decodeTool(tool: JsonObject): Tool {
  const definition = tool['type'] === 'function' ? decodeFunction(tool) : undefined
  return definition ?? { type: 'opaque', dialect: 'openai-responses', kind: wordOf(tool['type']), value: tool }
}

export function encodeRequest(request: ChatRequest, warn: Warn): JsonObject {
  const { sampling, tools, output, reasoning } = request
  if (sampling.stopSequences.length > 0) warn('stop sequences have no counterpart in Responses and were left out')
  const [first, ...rest] = request.messages
  const instructions = first?.role === 'system' ? first.content.map((part) => part.text).join('\n\n') : undefined
  return {
    ...request.extras['openai-responses'],
    ...compact({
      model: request.model,
      instructions,
      input: encodeItems(instructions === undefined ? request.messages : rest, warn),
      stream: request.stream,
      store: false,
      tools: tools.length === 0 ? undefined : tools.flatMap((tool) => encodeTool(tool, warn)),
      tool_choice: tools.length === 0 ? undefined : encodeToolChoice(request.toolChoice),
      parallel_tool_calls: tools.length === 0 ? undefined : request.parallelToolCalls,
      max_output_tokens: sampling.maxOutputTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      reasoning: reasoning?.effort === undefined ? undefined : { effort: reasoning.effort },
      text: output.type === 'text' ? undefined : { format: encodeTextFormat(output) },
      user: request.userId,
    }),
  }
}

export function encodeTool(tool: Tool, warn: Warn): JsonObject[] {
  if (tool.type === 'function') {
    const { name, description, inputSchema, strict = false } = tool
    return [compact({ type: 'function', name, description, parameters: inputSchema, strict })]
  }
  if (tool.dialect === 'openai-responses') return [tool.value]
  warn(`tool '${tool.kind}' has no counterpart in Responses and was left out`)
  return []
}

export function encodeToolChoice(choice: ToolChoice): JsonValue {
  return choice.type === 'tool' ? { type: 'function', name: choice.name } : choice.type
}

/** `text.format`: type and definition side by side. */
export function encodeTextFormat(output: Output): JsonObject {
  const { type, definition } = encodeFormat(output)
  return { type, ...definition }
}

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
  without,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import type { ChatRequest, Message, Output, Reasoning, Sampling, Warn } from '../../ir/request.ts'
import { BadRequest } from '../dialect.ts'
import { decodeFormat, encodeEffort, encodeFormat } from '../openai-format.ts'
import { compactionPlea, userItems } from './compaction.ts'
import { decodeItems } from './items.ts'
import { encodeItems } from './encode-items.ts'
import { decodeMcpWishes } from './mcp-servers.ts'
import { flatNames } from './namespaces.ts'
import { decodeChoice, decodeTools, encodeTools, listTools } from './tools.ts'

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
  const format = objectOf(objectOf(body['text'])['format'])
  const listed = listTools(body['tools'], body['input'])
  const chosen = decodeChoice(body['tool_choice'], decodeTools(listed))
  const request: ChatRequest = {
    model,
    stream: body['stream'] === true,
    messages: [...decodeInstructions(body['instructions']), ...decodeInput(body['input'], listed)],
    ...chosen,
    sampling: decodeSampling(body),
    output: decodeFormat(format['type'], format),
    ...defined({
      parallelToolCalls: booleanOf(body['parallel_tool_calls']),
      reasoning: decodeReasoning(body),
      userId: stringOf(body['user']),
      mcp: decodeMcpWishes(listed, body['input'], body['tool_choice']),
    }),
    extras: { 'openai-responses': without(body, modelled) },
    echo: echoOf(body),
  }
  return wantsCompaction(body['input']) ? asCompaction(request, 'item') : request
}

/** Of `/responses/compact`, whose answer begins with everything that the user said. */
export function decodeCompaction(body: JsonValue | undefined): ChatRequest {
  const { input = [], model, ...rest } = objectOf(body)
  // Which model it is may be left to what came before.
  const request = decodeRequest({ ...rest, input: input ?? [], model: model ?? '' })
  return asCompaction({ ...request, stream: false, echo: { output: userItems(input) } }, 'input')
}

/** What a response object repeats of its request. */
const echoed = (
  'background instructions max_output_tokens max_tool_calls metadata parallel_tool_calls previous_response_id prompt prompt_cache_key ' +
  'safety_identifier service_tier store temperature text tool_choice tools top_logprobs top_p truncation user'
).split(' ')

function echoOf(body: JsonObject): JsonObject {
  const echo: JsonObject = {}
  for (const field of echoed) if (body[field] !== undefined && body[field] !== null) echo[field] = body[field]
  if (arrayOf(body['tools']).some(isServer)) echo['tools'] = arrayOf(body['tools']).map(withoutKeys)
  if (isObject(body['text'])) echo['text'] = { format: { type: 'text' }, ...body['text'] }
  if (isObject(body['reasoning'])) echo['reasoning'] = { effort: null, summary: null, ...body['reasoning'] }
  return echo
}

/** An MCP server, for which the client gives a key with every request: no response tells it, and nobody keeps it. */
function isServer(tool: JsonValue): boolean {
  return objectOf(tool)['type'] === 'mcp'
}

const keys = new Set(['authorization', 'headers'])

function withoutKeys(tool: JsonValue): JsonValue {
  return isServer(tool) ? without(objectOf(tool), keys) : tool
}

function decodeSampling(body: JsonObject): Sampling {
  return {
    ...defined({
      maxOutputTokens: numberOf(body['max_output_tokens']),
      temperature: numberOf(body['temperature']),
      topP: numberOf(body['top_p']),
    }),
    stopSequences: [],
  }
}

/** An item of the input may change the effort on the way (real-clients.md 3, `configuration_update`); the last one counts. */
function decodeReasoning(body: JsonObject): Reasoning | undefined {
  const updates = arrayOf(body['input'])
    .map(objectOf)
    .filter((item) => item['type'] === 'configuration_update')
  const asked = [body, ...updates].map((holder) => holder['reasoning']).filter(isObject)
  const effort = asked.map((reasoning) => stringOf(reasoning['effort'])).findLast((word) => word !== undefined)
  return asked.length === 0 ? undefined : defined({ effort })
}

function wantsCompaction(input: JsonValue | undefined): boolean {
  return objectOf(arrayOf(input).at(-1))['type'] === 'compaction_trigger'
}

function asCompaction(request: ChatRequest, compaction: 'item' | 'input'): ChatRequest {
  const plea: Message = { role: 'user', content: [{ type: 'text', text: compactionPlea }] }
  const { mcp: _, ...rest } = request
  return {
    ...rest,
    messages: [...request.messages, plea],
    tools: [],
    toolChoice: { type: 'auto' },
    output: { type: 'text' },
    compaction,
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

function decodeInput(input: JsonValue | undefined, tools: JsonObject[]): Message[] {
  if (typeof input === 'string') return [{ role: 'user', content: [{ type: 'text', text: input }] }]
  if (!Array.isArray(input)) throw new BadRequest('input', 'must be a string or a list of items')
  return decodeItems(input, flatNames(tools))
}

export function encodeRequest(request: ChatRequest, warn: Warn): JsonObject {
  const { sampling, output, reasoning } = request
  warnOfSampling(sampling, warn)
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
      ...encodeTools(request, warn),
      max_output_tokens: limitOf(sampling),
      temperature: sampling.temperature,
      top_p: sampling.topP,
      reasoning: reasoning === undefined ? undefined : compact({ effort: encodeEffort(reasoning) }),
      text: output.type === 'text' ? undefined : { format: encodeTextFormat(output) },
      user: request.userId,
    }),
  }
}

/** Less is refused there; apps ask Messages for a single token to see whether a key is good. */
const smallestLimit = 16

function limitOf({ maxOutputTokens }: Sampling): number | undefined {
  return maxOutputTokens === undefined ? undefined : Math.max(maxOutputTokens, smallestLimit)
}

function warnOfSampling(sampling: Sampling, warn: Warn): void {
  for (const name of ['topK', 'seed', 'presencePenalty', 'frequencyPenalty'] as const) {
    if (sampling[name] !== undefined) warn(`'${name}' has no counterpart in Responses and was left out`)
  }
  if (sampling.stopSequences.length > 0) warn('stop sequences have no counterpart in Responses and were left out')
}

/** `text.format`: type and definition side by side. */
export function encodeTextFormat(output: Output): JsonObject {
  const { type, definition } = encodeFormat(output)
  return { type, ...definition }
}

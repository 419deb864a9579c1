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
  without,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import { jsonPlea } from '../../ir/json-words.ts'
import type { ChatRequest, Message, Output, TextPart, Warn } from '../../ir/request.ts'
import { unfold } from '../../ir/unfold.ts'
import { BadRequest } from '../dialect.ts'
import { decodeText, decodeUserMessages, encodeUserPart } from './blocks.ts'
import { decodeAnswer } from './mcp-blocks.ts'
import { decodeMcpServers } from './mcp-servers.ts'
import { decodeReasoning, encodeEffort, encodeReasoning, encodeSampling } from './reasoning.ts'
import { refuseThread } from './threads.ts'
import { decodeToolChoice, decodeTools, encodeTools } from './tools.ts'
import { encodeTurns, saysSomething } from './turns.ts'

const modelled = new Set(
  'model messages system tools tool_choice max_tokens temperature top_p top_k stop_sequences stream metadata thinking output_config output_format'.split(
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
  refuseThread(body)
  const config = { ...objectOf(body['output_config']), ...latestConfig(body['messages']) }
  const serial = booleanOf(objectOf(body['tool_choice'])['disable_parallel_tool_use'])
  const userId = stringOf(objectOf(body['metadata'])['user_id'])
  const reasoning = decodeReasoning(objectOf(body['thinking']), config)
  const servers = decodeMcpServers(body)
  return {
    model,
    stream: body['stream'] === true,
    messages: [...decodeSystem(body['system']), ...body['messages'].flatMap(decodeMessage)],
    tools: decodeTools(body['tools'], body['messages']),
    toolChoice: decodeToolChoice(objectOf(body['tool_choice'])),
    sampling: decodeSampling(body),
    output: decodeOutput(config['format'] ?? body['output_format']),
    ...defined({ userId, reasoning, parallelToolCalls: serial === undefined ? undefined : !serial }),
    ...(servers.length > 0 && { mcp: { servers, approved: [] } }),
    extras: { anthropic: without(body, modelled) },
  }
}

/** A system message may set the effort for its turn (real-clients.md 2); the last one counts. */
function latestConfig(messages: JsonValue[]): JsonObject {
  return objectOf(
    objectOf(messages.findLast((message) => isObject(objectOf(message)['output_config'])))['output_config'],
  )
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
  const message = objectOf(value)
  const content = blocksOf(message['content'], at)
  switch (message['role']) {
    case 'user':
      return decodeUserMessages(content)
    case 'assistant':
      return unfold(decodeAnswer(content))
    case 'system':
      return [{ role: 'system', content: content.filter((block) => block['type'] === 'text').map(decodeText) }]
    default:
      throw new BadRequest(`messages.${at}.role`, "must be 'user', 'assistant' or 'system'")
  }
}

function blocksOf(content: JsonValue | undefined, at: number): JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  if (!Array.isArray(content))
    throw new BadRequest(`messages.${at}.content`, 'must be a string or a list of content blocks')
  return content.map(objectOf)
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

function decodeOutput(format: JsonValue | undefined): Output {
  if (!isObject(format)) return { type: 'text' }
  return isObject(format['schema']) ? { type: 'json', schema: format['schema'] } : { type: 'json' }
}

export function encodeRequest(request: ChatRequest, warn: Warn): JsonObject {
  const leading = request.messages.findIndex((message) => message.role !== 'system')
  const head = leading === -1 ? request.messages : request.messages.slice(0, leading)
  const system = systemOf(head, request.output)
  const maxTokens = request.sampling.maxOutputTokens ?? defaultMaxTokens
  const config = encodeConfig(request, maxTokens, warn)
  return {
    ...request.extras.anthropic,
    ...compact({
      model: request.model,
      max_tokens: maxTokens,
      system: system.length === 0 ? undefined : system.map((part) => encodeUserPart(part, warn)),
      messages: encodeTurns(leading === -1 ? [] : request.messages.slice(leading), request.model, warn),
      ...encodeTools(request, warn),
      ...encodeSampling(request, objectOf(config['thinking'])['type'] === 'enabled', warn),
      stream: request.stream,
      metadata: request.userId === undefined ? undefined : { user_id: request.userId },
      ...config,
    }),
  }
}

/** `thinking` and `output_config`. Without a schema there is no JSON mode on this wire: the model is asked in words. */
function encodeConfig(request: ChatRequest, maxTokens: number, warn: Warn): Record<string, JsonValue | undefined> {
  const { output } = request
  const format = output.type === 'json' && output.schema ? { type: 'json_schema', schema: output.schema } : undefined
  const config = compact({ effort: encodeEffort(request), format })
  return {
    ...encodeReasoning(request, maxTokens, warn),
    output_config: Object.keys(config).length === 0 ? undefined : config,
  }
}

function systemOf(head: Message[], output: Output): TextPart[] {
  const system = head.flatMap((message) => (message.role === 'system' ? message.content.filter(saysSomething) : []))
  if (output.type === 'text' || output.schema !== undefined) return system
  return [...system, jsonPlea]
}

/** The fake provider's endpoints that are no conversation (providers.md 5). */

import { arrayOf, isObject, type JsonObject, numberOf, parseJson, stringOf } from '../../src/ir/json.ts'
import type { ProviderBehaviour, ProviderSettings } from './control.ts'
import type { ResponsesConversation } from './conversation-responses.ts'
import { checkCountTokens } from './conversation.ts'
import type { Exchange } from './exchange.ts'
import { failures } from './failures.ts'
import { perform } from './perform.ts'
import { Refusal } from './refusal.ts'

export interface Others {
  settings: ProviderSettings
  responses: ResponsesConversation
}

/** The version header is what tells the dialects apart where the path does not (providers.md 6). */
export function speaksAnthropic(exchange: Exchange): boolean {
  return exchange.path.startsWith('/v1/messages') || exchange.header('anthropic-version') !== undefined
}

export async function answerOther(behaviour: ProviderBehaviour, exchange: Exchange, others: Others): Promise<void> {
  if (behaviour.mode in failures) {
    if (!changes(exchange)) route(exchange, others)
    return perform(behaviour, exchange, undefined)
  }
  const reply = route(exchange, others)
  await exchange.send(200, { 'content-type': 'application/json' }, JSON.stringify(reply), others.settings.compress)
}

/** Who asks for a change and is refused for another reason has changed nothing. */
function changes({ path }: Exchange): boolean {
  return path.startsWith('/v1/conversations')
}

function route(exchange: Exchange, others: Others): JsonObject {
  const models = others.settings.models ?? ['claude-opus-5-5', 'gpt-5.4']
  const { method, path } = exchange
  if (method === 'POST' && path === '/v1/messages/count_tokens') {
    checkCountTokens(jsonBody(exchange), exchange)
    return { input_tokens: Math.ceil(exchange.entry.bodyBytes / 4) }
  }
  if (method === 'POST' && path === '/v1/responses/input_tokens') {
    others.responses.check(jsonBody(exchange))
    return { object: 'response.input_tokens', input_tokens: Math.ceil(exchange.entry.bodyBytes / 4) }
  }
  if (method === 'POST' && path === '/v1/embeddings') return embeddings(jsonBody(exchange))
  if (method === 'POST' && path === '/v1/files') return file(exchange)
  if (method === 'GET' && path === '/v1/models') return modelList(models, speaksAnthropic(exchange))
  if (path === '/v1/conversations' || path.startsWith('/v1/conversations/')) {
    return others.responses.converse(method, path, method === 'POST' ? jsonBody(exchange) : {})
  }
  if (method === 'GET' && path.startsWith('/v1/responses/')) {
    return others.responses.stored(path.slice('/v1/responses/'.length))
  }
  if (method === 'DELETE' && path.startsWith('/v1/responses/')) {
    return others.responses.delete(path.slice('/v1/responses/'.length))
  }
  if (speaksAnthropic(exchange)) {
    throw new Refusal('The requested resource could not be found.', { status: 404, type: 'not_found_error' })
  }
  throw new Refusal(`Invalid URL (${method} ${path})`, { status: 404 })
}

function jsonBody(exchange: Exchange): JsonObject {
  const body = parseJson(exchange.bodyText)
  if (!isObject(body)) throw new Refusal('We could not parse the JSON body of your request.')
  return body
}

function modelList(models: readonly string[], anthropic: boolean): JsonObject {
  if (!anthropic) {
    const data = models.map((id) => ({ id, object: 'model', created: 1_795_000_000, owned_by: 'system' }))
    return { object: 'list', data }
  }
  const data = models.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-10-21T00:00:00Z' }))
  return { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null }
}

/** SDKs ask for base64 and one of them returns nothing when it gets numbers instead (real-clients.md 4). */
function embeddings(body: JsonObject): JsonObject {
  const model = stringOf(body['model'])
  const inputs = typeof body['input'] === 'string' ? [body['input']] : arrayOf(body['input'])
  if (model === undefined || inputs.length === 0) throw new Refusal("Missing required parameter: 'input'.")
  const vector = Array.from({ length: numberOf(body['dimensions']) ?? 4 }, (_, index) => index / 8)
  const base64 = body['encoding_format'] === 'base64'
  const embedding = base64 ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding }))
  return { object: 'list', data, model, usage: { prompt_tokens: 8, total_tokens: 8 } }
}

function file(exchange: Exchange): JsonObject {
  if (!(exchange.header('content-type') ?? '').startsWith('multipart/form-data; boundary=')) {
    throw new Refusal('Could not parse multipart form')
  }
  return { id: 'file-Fake1', object: 'file', bytes: exchange.entry.bodyBytes, filename: 'fake.jsonl', purpose: 'batch' }
}

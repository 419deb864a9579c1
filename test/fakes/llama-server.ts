/** A llama-server of one model, for tests, as a process of its own: its window, its literals and its counters (local-engines.md 3.1). */

import { arrayOf, type JsonObject, objectOf } from '../../src/ir/json.ts'
import { llamaServerControl, type LlamaServerSettings, type LocalBehaviour } from './control.ts'
import type { Exchange } from './exchange.ts'
import { bodyOf, checkLocalChat, countChat, prefillOf, sayLocally } from './local-chat.ts'
import { Plan } from './plan.ts'
import { OrderedFailure, Refusal } from './refusal.ts'
import { serve } from './serve.ts'

const headers = { 'content-type': 'application/json; charset=utf-8', server: 'llama.cpp' }
const plan = new Plan<LocalBehaviour>()

type Server = { [K in keyof LlamaServerSettings]-?: Exclude<LlamaServerSettings[K], undefined> }

const usual: Server = {
  nCtx: 32_768,
  nCtxTrain: 262_144,
  model: 'qwen3.5-9b-q4_k_m.gguf',
  supportsTools: true,
  vision: false,
  apiKey: null,
  isLoading: false,
}
let server = usual

async function answer(exchange: Exchange): Promise<void> {
  try {
    await route(exchange)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (!(error instanceof OrderedFailure)) exchange.entry.rejected = error.message
    await refuse(exchange, error.status, error.type, error.message)
  }
}

async function route(exchange: Exchange): Promise<void> {
  const { path, method } = exchange
  if (path === '/health' || path === '/v1/health') {
    return server.isLoading ? loading(exchange) : reply(exchange, { status: 'ok' })
  }
  if (server.apiKey !== null && exchange.header('authorization') !== `Bearer ${server.apiKey}`) {
    return refuse(exchange, 401, 'authentication_error', 'Invalid API Key')
  }
  if (server.isLoading) return loading(exchange)
  switch (`${method} ${path}`) {
    case 'GET /props':
      return reply(exchange, props())
    case 'GET /v1/models':
      return reply(exchange, models())
    case 'POST /v1/chat/completions/input_tokens':
      return reply(exchange, { input_tokens: countChat(bodyOf(exchange)), object: 'response.input_tokens' })
    case 'POST /v1/chat/completions':
      return converse(exchange)
    default:
      return refuse(exchange, 404, 'not_found_error', 'File Not Found')
  }
}

async function converse(exchange: Exchange): Promise<void> {
  const behaviour: LocalBehaviour = plan.take(exchange.path, exchange.bodyText) ?? { mode: 'ok' }
  exchange.setMode(behaviour.mode)
  if (behaviour.mode === 'hang') return exchange.hang()
  if (behaviour.mode === 'reset') return exchange.reset()
  const body = bodyOf(exchange)
  checkLocalChat(body)
  checkPrefill(body)
  checkImages(body)
  const tokens = behaviour.mode === 'overflow' ? server.nCtx + 1 : countChat(body)
  if (tokens >= server.nCtx) return overflow(exchange, tokens)
  await sayLocally(behaviour, exchange, { ...body, model: server.model }, prefillOf(body))
}

function checkPrefill(body: JsonObject): void {
  const [before, last] = arrayOf(body['messages']).slice(-2).map(objectOf)
  if (last?.['role'] !== 'assistant') return
  if (before?.['role'] === 'assistant') {
    throw new Refusal('Cannot have 2 or more assistant messages at the end of the list.')
  }
  if (last['tool_calls'] !== undefined) {
    throw new Refusal('Cannot continue an assistant message that contains tool calls.')
  }
}

function checkImages(body: JsonObject): void {
  const parts = arrayOf(body['messages']).flatMap((message) => arrayOf(objectOf(message)['content']).map(objectOf))
  if (server.vision || !parts.some(({ type }) => type === 'image_url')) return
  throw new Refusal('image input is not supported - hint: if this is unexpected, you may need to provide the mmproj', {
    status: 500,
    type: 'server_error',
  })
}

function props(): JsonObject {
  return {
    default_generation_settings: { n_ctx: server.nCtx },
    total_slots: 1,
    model_path: `/models/${server.model}`,
    modalities: { vision: server.vision, audio: false },
    chat_template_caps: {
      supports_tools: server.supportsTools,
      supports_tool_calls: server.supportsTools,
      supports_system_role: true,
    },
    build_info: 'b10434-7e4c0a9',
    is_sleeping: false,
  }
}

function models(): JsonObject {
  const meta = { n_ctx: server.nCtx, n_ctx_train: server.nCtxTrain, n_params: 9_000_000_000, size: 5_600_000_000 }
  return {
    models: [{ name: server.model, model: server.model, capabilities: ['completion'] }],
    object: 'list',
    data: [{ id: server.model, object: 'model', created: 1_795_000_000, owned_by: 'llamacpp', meta }],
  }
}

async function overflow(exchange: Exchange, tokens: number): Promise<void> {
  const message = `request (${tokens} tokens) exceeds the available context size (${server.nCtx} tokens), try increasing it`
  const counts = { n_prompt_tokens: tokens, n_ctx: server.nCtx }
  const error = { code: 400, message, type: 'exceed_context_size_error', ...counts }
  await exchange.send(400, headers, JSON.stringify({ error }))
}

async function loading(exchange: Exchange): Promise<void> {
  await refuse(exchange, 503, 'unavailable_error', 'Loading model')
}

async function refuse(exchange: Exchange, status: number, type: string, message: string): Promise<void> {
  await exchange.send(status, headers, JSON.stringify({ error: { message, type, code: status } }))
}

async function reply(exchange: Exchange, value: JsonObject): Promise<void> {
  await exchange.send(200, headers, JSON.stringify(value))
}

await serve({
  control: llamaServerControl,
  apply(control) {
    if (control.plan !== undefined) plan.set(control.plan)
    server = { ...server, ...withoutUndefined(control.settings ?? {}) }
  },
  resets: (path, body) => plan.peek(path, body)?.mode === 'reset',
  reset() {
    plan.set([])
    server = usual
  },
  answer,
})

function withoutUndefined(settings: LlamaServerSettings): Partial<Server> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

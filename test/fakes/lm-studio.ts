/** An LM Studio for tests, as a process of its own: a window is chosen at loading, and unknown paths are answered 200 (local-engines.md 2). */

import { type JsonObject, numberOf, stringOf } from '../../src/ir/json.ts'
import { type LmStudioSettings, lmStudioControl, type LocalBehaviour } from './control.ts'
import type { Exchange } from './exchange.ts'
import type { Journal } from './journal.ts'
import { LmStudioShelf, type Instance } from './lm-studio-models.ts'
import { bodyOf, checkLocalChat, countChat, sayLocally } from './local-chat.ts'
import { Plan } from './plan.ts'
import { OrderedFailure, Refusal } from './refusal.ts'
import { serve } from './serve.ts'

const json = { 'content-type': 'application/json; charset=utf-8' }
const plan = new Plan<LocalBehaviour>()
const shelf = new LmStudioShelf()
let settings: LmStudioSettings = {}

/** What just-in-time loading opens a model with, whatever it could do. */
const defaultWindow = 4096

async function answer(exchange: Exchange, journal: Journal): Promise<void> {
  try {
    await route(exchange, journal)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (!(error instanceof OrderedFailure)) exchange.entry.rejected = error.message
    const { message, type, param, code, status } = error
    await exchange.send(status, json, JSON.stringify({ error: { message, type, param, code } }))
  }
}

async function route(exchange: Exchange, journal: Journal): Promise<void> {
  checkToken(exchange)
  switch (`${settings.api ?? 'v1'} ${exchange.method} ${exchange.path}`) {
    case 'v1 GET /api/v1/models':
      return reply(exchange, shelf.v1())
    case 'v1 POST /api/v1/models/load':
      return load(exchange, journal)
    case 'v1 GET /api/v0/models':
    case 'v0 GET /api/v0/models':
      return reply(exchange, shelf.v0())
    case 'v1 GET /v1/models':
    case 'v0 GET /v1/models':
      return reply(exchange, shelf.compatible())
    case 'v1 POST /v1/chat/completions':
    case 'v0 POST /v1/chat/completions':
      return converse(exchange, journal)
    default:
      return reply(exchange, { error: `Unexpected endpoint or method. (${exchange.method} ${exchange.path})` })
  }
}

function checkToken(exchange: Exchange): void {
  const { token = null } = settings
  const sent = exchange.header('x-api-key') ?? exchange.header('authorization')?.replace(/^Bearer /, '')
  if (token !== null && sent !== token) {
    throw new Refusal('An LM Studio API token is required.', { status: 401, code: 'invalid_api_key' })
  }
}

const loadFields =
  'model context_length eval_batch_size flash_attention num_experts offload_kv_cache_to_gpu echo_load_config'

async function load(exchange: Exchange, journal: Journal): Promise<void> {
  const body = bodyOf(exchange)
  const unknown = Object.keys(body).find((field) => !loadFields.split(' ').includes(field))
  if (unknown !== undefined) throw new Refusal(`Unrecognized key(s) in object: '${unknown}'`)
  const model = shelf.find(stringOf(body['model']) ?? '')
  if (!model) throw new Refusal('Model not found', { status: 404, type: 'model_not_found' })
  const window = numberOf(body['context_length']) ?? defaultWindow
  if (window > model.maxContextLength) throw new Refusal(`context_length must be at most ${model.maxContextLength}`)
  if (window > (settings.longestWindow ?? window)) {
    throw new Refusal('Model loading was stopped due to insufficient system resources.', {
      status: 500,
      type: 'internal_error',
    })
  }
  const instance = shelf.load(model, window)
  noteLoad(journal, instance)
  const config = body['echo_load_config'] === true ? { load_config: { context_length: window } } : {}
  await reply(exchange, { type: 'llm', instance_id: instance.id, load_time_seconds: 9.1, status: 'loaded', ...config })
}

function noteLoad(journal: Journal, { model, contextLength }: Instance): void {
  journal.addLoad({ model: model.key, numCtx: contextLength, shift: false, reload: false })
}

async function converse(exchange: Exchange, journal: Journal): Promise<void> {
  const behaviour: LocalBehaviour = plan.take(exchange.path, exchange.bodyText) ?? { mode: 'ok' }
  exchange.setMode(behaviour.mode)
  if (behaviour.mode === 'hang') return exchange.hang()
  if (behaviour.mode === 'reset') return exchange.reset()
  const body = bodyOf(exchange)
  checkLocalChat(body)
  const instance = findInstance(stringOf(body['model']) ?? '', journal)
  const tokens = behaviour.mode === 'overflow' ? instance.contextLength + 1 : countChat(body)
  if (tokens > instance.contextLength) {
    throw new OrderedFailure(
      `Trying to keep the first ${tokens} tokens when context the overflows. However, the model is loaded with context length of only ${instance.contextLength} tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input`,
    )
  }
  await sayLocally(behaviour, exchange, { ...body, model: instance.id }, '')
}

function findInstance(name: string, journal: Journal): Instance {
  const there = shelf.answerer(name)
  if (there) return there
  const model = shelf.find(name)
  if (!model || settings.isJustInTime === false) {
    throw new Refusal("No models loaded. Please load a model in the developer page or use the 'lms load' command.", {
      status: 404,
      param: 'model',
    })
  }
  const instance = shelf.load(model, Math.min(defaultWindow, model.maxContextLength))
  noteLoad(journal, instance)
  return instance
}

async function reply(exchange: Exchange, value: JsonObject): Promise<void> {
  await exchange.send(200, json, JSON.stringify(value))
}

await serve({
  control: lmStudioControl,
  apply(control) {
    if (control.plan !== undefined) plan.set(control.plan)
    settings = { ...settings, ...control.settings }
    if (control.settings?.models !== undefined) shelf.place(control.settings.models)
  },
  resets: (path, body) => plan.peek(path, body)?.mode === 'reset',
  reset() {
    plan.set([])
    settings = {}
    shelf.place()
  },
  answer,
})

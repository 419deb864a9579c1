/** An Ollama for tests, as a process of its own: it keeps its window, its types and its silences (local-engines.md 1). */

import {
  arrayOf,
  booleanOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  parseJson,
  stringOf,
} from '../../src/ir/json.ts'
import { checkChatModel, checkChatShape, expectType } from './check-ollama.ts'
import { checkGenerateShape } from './check-ollama-generate.ts'
import { type LocalModel, type OllamaBehaviour, ollamaControl } from './control.ts'
import type { Exchange } from './exchange.ts'
import type { Journal } from './journal.ts'
import {
  createLocalAnswer,
  errorText,
  line,
  loadAnswer,
  type Limits,
  type Shape,
  streamAnswer,
  wholeAnswer,
} from './ollama-chat.ts'
import { ModelShelf } from './ollama-model.ts'
import { pull } from './ollama-pull.ts'
import { overflowText, readPrompt } from './ollama-prompt.ts'
import { Plan } from './plan.ts'
import { OrderedFailure, Refusal } from './refusal.ts'
import { serve } from './serve.ts'

const json = { 'content-type': 'application/json; charset=utf-8' }
const shelf = new ModelShelf()
const plan = new Plan<OllamaBehaviour>()

async function answer(exchange: Exchange, journal: Journal): Promise<void> {
  // Bound to loopback it answers only to local names, without a word (local-engines.md 1.3).
  if (!isLocalHost(exchange.header('host') ?? '')) return exchange.send(403, {}, '')
  try {
    await route(exchange, journal)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (!(error instanceof OrderedFailure)) exchange.entry.rejected = error.message
    await exchange.send(error.status, json, JSON.stringify({ error: error.message }))
  }
}

async function route(exchange: Exchange, journal: Journal): Promise<void> {
  switch (`${exchange.method} ${exchange.path}`) {
    case 'GET /':
    case 'HEAD /':
      return exchange.send(200, { 'content-type': 'text/plain; charset=utf-8' }, 'Ollama is running')
    case 'GET /api/version':
      return reply(exchange, { version: shelf.version })
    case 'GET /api/tags':
      return reply(exchange, shelf.tags())
    case 'GET /api/ps':
      return reply(exchange, shelf.running())
    case 'POST /api/show':
      return show(exchange, requestBody(exchange))
    case 'POST /api/pull':
      return pull(exchange, plan.take(exchange.path, exchange.bodyText), shelf)
    case 'POST /api/chat':
      return converse(exchange, journal, checkChatShape, ({ messages }) => arrayOf(messages).length === 0)
    case 'POST /api/generate':
      return converse(exchange, journal, checkGenerateShape, ({ prompt }) => (prompt ?? '') === '')
    default:
      return exchange.send(404, { 'content-type': 'text/plain' }, '404 page not found')
  }
}

async function show(exchange: Exchange, body: JsonObject): Promise<void> {
  expectType(body, 'verbose', 'boolean', 'ShowRequest.verbose of type bool')
  const model = findModel(body, plan.peek('/api/chat', exchange.bodyText))
  await reply(exchange, shelf.show(model, body['verbose'] === true))
}

async function converse(
  exchange: Exchange,
  journal: Journal,
  checkShape: (body: JsonObject) => void,
  isLoad: (body: JsonObject) => boolean,
): Promise<void> {
  const body = knownFields(requestBody(exchange))
  const behaviour: OllamaBehaviour = takeBehaviour(exchange, isLoad(body))
  exchange.setMode(behaviour.mode)
  if (behaviour.mode === 'hang') return exchange.hang()
  if (behaviour.mode === 'reset') return exchange.reset()
  checkShape(body)
  const model = findModel(body, behaviour)
  checkChatModel(body, model)
  failBeforeLoading(behaviour)
  if (exchange.gone) return
  if (isLoad(body)) return preload(behaviour, exchange, journal, body, model)
  const load = await bringIn(behaviour, exchange, journal, body, model)
  if (exchange.gone) return
  await say(behaviour, exchange, body, model, load)
  if (body['keep_alive'] === 0) shelf.unload(model)
}

/** Versions before 0.12.6 know neither field, and pass over what they do not know. */
function knownFields(body: JsonObject): JsonObject {
  const [, minor = 0, patch = 0] = shelf.version.split('.').map(Number)
  if (minor > 12 || (minor === 12 && patch >= 6)) return body
  const { truncate: _, shift: __, ...known } = body
  return known
}

/** What is ordered for answers is not used up by a request that only loads; what concerns loading is. */
function takeBehaviour({ path, bodyText }: Exchange, isLoad: boolean): OllamaBehaviour {
  const next = plan.peek(path, bodyText)
  const concerns = !isLoad || next === undefined || loadModes.has(next.mode) || next.path !== undefined
  return (concerns ? plan.take(path, bodyText) : undefined) ?? { mode: 'ok' }
}

const loadModes = new Set<OllamaBehaviour['mode']>(['not-pulled', 'busy', 'load-failed', 'slow-load'])

/** True when that took a load. Whoever caused it and leaves meanwhile ends it (local-engines.md 1.3). */
async function bringIn(
  behaviour: OllamaBehaviour,
  exchange: Exchange,
  journal: Journal,
  body: JsonObject,
  model: LocalModel,
): Promise<boolean> {
  if (!shelf.needsLoad(model, body)) return false
  if (behaviour.mode === 'slow-load') await exchange.pauseAt(0, 0)
  if (exchange.gone) {
    journal.addAbortedLoad(model.name)
    return true
  }
  const load = shelf.load(model, body)
  if (load !== undefined) journal.addLoad(load)
  return load !== undefined
}

async function say(
  behaviour: OllamaBehaviour,
  exchange: Exchange,
  body: JsonObject,
  model: LocalModel,
  loaded: boolean,
): Promise<void> {
  const limits = limitsOf(body, model)
  if (behaviour.mode === 'overflow') throw new OrderedFailure(overflowText(limits.numCtx + 1, limits.numCtx))
  const prompt = readPrompt(body, limits.numCtx, model.templateTokens, shelf.counterOf(model))
  exchange.entry.prompt = prompt
  if (prompt.evaluated === 0) throw new Refusal(overflowText(prompt.tokens, limits.numCtx))
  const shape = shapeOf(exchange, body)
  const said = { ...createLocalAnswer(behaviour, stringOf(body['model']) ?? '', prompt, limits, shape), loaded }
  await exchange.pauseAt(0, behaviour.holdAfter)
  if (behaviour.mode === 'error-line-first') {
    // Under 200 and before any content: in a stream a line, else the whole body (local-engines.md 1.3).
    return exchange.send(200, { 'content-type': 'application/x-ndjson' }, line({ error: errorText(behaviour) }))
  }
  if (body['stream'] !== false) return streamAnswer(said, behaviour, exchange)
  // A status can still be given, and a silent end is a whole object that says it is not done (local-engines.md 1.2).
  if (behaviour.mode === 'error-line') throw new OrderedFailure(errorText(behaviour), { status: 500 })
  await reply(exchange, wholeAnswer(said, behaviour.mode !== 'ends-silently'))
}

/** The context of a prompt goes on from what the client gave; a raw prompt has none. */
function shapeOf({ path }: Exchange, body: JsonObject): Shape {
  if (path.endsWith('/chat')) return { of: 'chat' }
  if (body['prompt'] === undefined || body['raw'] === true) return { of: 'generate' }
  const before = arrayOf(body['context']).flatMap((id) => numberOf(id) ?? [])
  return { of: 'generate', context: [...before, 101, 102, 103] }
}

function failBeforeLoading(behaviour: OllamaBehaviour): void {
  if (behaviour.mode === 'busy') {
    throw new OrderedFailure('server busy, please try again.  maximum pending requests exceeded', { status: 503 })
  }
  if (behaviour.mode === 'load-failed') {
    const text = behaviour.error ?? 'llama-server reported out-of-memory during startup: failed to allocate buffer'
    throw new OrderedFailure(text, { status: 500 })
  }
}

async function preload(
  behaviour: OllamaBehaviour,
  exchange: Exchange,
  journal: Journal,
  body: JsonObject,
  model: LocalModel,
): Promise<void> {
  const name = stringOf(body['model']) ?? ''
  if (body['keep_alive'] === 0) {
    shelf.unload(model)
    return reply(exchange, loadAnswer(name, 'unload', shapeOf(exchange, {})))
  }
  await bringIn(behaviour, exchange, journal, body, model)
  await reply(exchange, loadAnswer(name, 'load', shapeOf(exchange, {})))
}

function findModel(body: JsonObject, behaviour: OllamaBehaviour | undefined): LocalModel {
  const name = stringOf(body['model']) ?? ''
  if (behaviour?.mode === 'not-pulled') throw new OrderedFailure(`model '${name}' not found`, { status: 404 })
  const model = shelf.find(name)
  if (model === undefined) throw new Refusal(`model '${name}' not found`, { status: 404 })
  return model
}

function limitsOf(body: JsonObject, model: LocalModel): Limits {
  const options = objectOf(body['options'])
  const numCtx = shelf.numCtx(model, options)
  const wanted = numberOf(options['num_predict']) ?? -1
  return {
    numCtx,
    // Negative or too large is bounded to ten windows (local-engines.md 1.1).
    numPredict: wanted < 0 ? 10 * numCtx : Math.min(wanted, 10 * numCtx),
    shift: booleanOf(body['shift']) ?? true,
    tools: arrayOf(body['tools']).length > 0,
    think: body['think'] !== false && model.capabilities.includes('thinking'),
  }
}

function requestBody(exchange: Exchange): JsonObject {
  if (exchange.bodyText === '') throw new Refusal('missing request body')
  const body = parseJson(exchange.bodyText)
  if (!isObject(body)) throw new Refusal('invalid character looking for beginning of value')
  return body
}

function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return ['localhost', '127.0.0.1', '[::1]', '0.0.0.0'].includes(name) || /\.(localhost|local|internal)$/.test(name)
}

async function reply(exchange: Exchange, value: JsonObject): Promise<void> {
  await exchange.send(200, json, JSON.stringify(value))
}

await serve({
  control: ollamaControl,
  apply(control) {
    if (control.plan !== undefined) plan.set(control.plan)
    if (control.settings !== undefined) shelf.configure(control.settings)
  },
  resets: (path, body) => plan.peek(path, body)?.mode === 'reset',
  reset() {
    plan.set([])
    shelf.reset()
  },
  answer,
})

/** The part of Ollama's API that Trooper uses, on loopback, for whoever knows the key (local-engines.md 1.1 to 1.4). */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isObject, parseJson, type JsonObject } from '../../ir/json.ts'
import { answer, promptOf, readQuestion, type Question } from './chat.ts'
import { fileFacts, type Engine } from './engine.ts'
import { keepAliveMs } from './keep-alive.ts'
import { createLines, giveJson, type Lines } from './lines.ts'
import { Refusal } from './refusal.ts'
import { createTurns, type Turns } from './turns.ts'

/** Trooper bounds what its clients send before it comes here. */
const largestBody = 1024 * 1024 * 1024

export interface Place {
  token: string
  version: string
  model: string
  /** Rejects with a {@link Refusal} that says why there is no model yet. */
  engine: () => Promise<Engine>
}

type Handler = (place: Place, turns: Turns, body: JsonObject, response: ServerResponse) => Promise<void>

const routes: Readonly<Record<string, Handler>> = {
  'POST /api/chat': chat,
  // Only to load: without messages.
  'POST /api/generate': chat,
  'POST /api/count': count,
  'POST /api/show': show,
  'GET /api/ps': running,
  'GET /api/tags': tags,
  'GET /api/version': async ({ version }, _turns, _body, response) => giveJson(response, 200, { version }),
}

export function createEmbeddedServer(place: Place): Server {
  const turns = createTurns()
  const isKey = keyMatcher(place.token)
  return createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => refuse(response, error))
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isKey(request.headers.authorization ?? '')) throw new Refusal(401, 'unauthorized')
    const route = `${request.method ?? ''} ${(request.url ?? '').replace(/\?.*$/s, '')}`
    const handler = Object.hasOwn(routes, route) ? routes[route] : undefined
    if (!handler) throw new Refusal(404, 'not found')
    await handler(place, turns, request.method === 'POST' ? await readJson(request) : {}, response)
  }
}

/** Compares digests: equal lengths always, and a time that tells nothing. */
function keyMatcher(token: string): (header: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const expected = digest(`Bearer ${token}`)
  return (header) => timingSafeEqual(digest(header), expected)
}

async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    bytes += chunk.length
    if (bytes > largestBody) throw new Refusal(413, 'the request is too large')
    chunks.push(chunk)
  }
  const body = parseJson(Buffer.concat(chunks).toString('utf8'))
  if (!isObject(body)) throw new Refusal(400, 'invalid request body')
  return body
}

async function chat(place: Place, turns: Turns, body: JsonObject, response: ServerResponse): Promise<void> {
  const engine = await place.engine()
  const question = readQuestion(body)
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const lines = createLines(response, question.model, body['stream'] !== false)
  if (question.messages.length === 0) return loadOnly(engine, turns, question, gone.signal, lines)
  await answer(engine, turns, question, gone.signal, lines.say)
  lines.end()
}

/** A question without messages loads the model, or unloads it. */
async function loadOnly(engine: Engine, turns: Turns, question: Question, signal: AbortSignal, lines: Lines) {
  const isUnload = keepAliveMs(question.keepAlive) === 0
  const done = await turns.take(signal)
  try {
    if (isUnload) await engine.unload()
    else await engine.load(await engine.windowFor(question.window))
  } finally {
    if (!isUnload) engine.rest(question.keepAlive)
    done()
  }
  lines.say({}, { done_reason: isUnload ? 'unload' : 'load' })
  lines.end()
}

/** Trooper's own: Ollama has no count (local-engines.md 5.1). Of the same fields as a chat. */
async function count(place: Place, _turns: Turns, body: JsonObject, response: ServerResponse): Promise<void> {
  const engine = await place.engine()
  const question = readQuestion(body)
  const tokens = await engine.count(await promptOf(engine, question))
  giveJson(response, 200, { n_prompt_tokens: tokens, n_ctx: await engine.windowFor(question.window) })
}

async function show(place: Place, _turns: Turns, _body: JsonObject, response: ServerResponse): Promise<void> {
  const engine = await place.engine()
  const [model, window, wrapper] = await Promise.all([
    engine.vocabulary(),
    engine.trainedWindow(),
    engine.wrapper(undefined),
  ])
  const { architecture } = model.fileInfo.metadata.general
  const engineFacts: unknown = Reflect.get(model.fileInfo.metadata, architecture)
  giveJson(response, 200, {
    details: fileFacts(model),
    model_info: {
      'general.architecture': architecture,
      ...flattened(architecture, engineFacts),
      [`${architecture}.context_length`]: window,
    },
    capabilities: ['completion', 'tools', ...(wrapper.settings.segments?.thought ? ['thinking'] : [])],
  })
}

async function tags(place: Place, _turns: Turns, _body: JsonObject, response: ServerResponse): Promise<void> {
  const { sizeBytes } = await place.engine()
  const capabilities = ['completion', 'tools']
  giveJson(response, 200, { models: [{ ...named(place), size: sizeBytes, capabilities }] })
}

/** `llama.attention.head_count`, as Ollama names what stands in the file; lists of thousands are of no use to anybody. */
function flattened(path: string, value: unknown): JsonObject {
  if (typeof value === 'number' || typeof value === 'bigint') return { [path]: Number(value) }
  if (typeof value === 'string' || typeof value === 'boolean') return { [path]: value }
  if (Array.isArray(value)) return value.length > 1000 ? {} : { [path]: value.map(Number) }
  if (typeof value !== 'object' || value === null) return {}
  return Object.assign({}, ...Object.entries(value).map(([key, part]) => flattened(`${path}.${key}`, part)))
}

async function running(place: Place, _turns: Turns, _body: JsonObject, response: ServerResponse): Promise<void> {
  const state = (await place.engine()).state
  const models = state
    ? [
        {
          ...named(place),
          size: state.size,
          context_length: state.window,
          expires_at: new Date(state.expiresAtMs ?? 8.64e15).toISOString(),
        },
      ]
    : []
  giveJson(response, 200, { models })
}

function named({ model }: Place): JsonObject {
  return { name: model, model }
}

/** Before the first line a status, after it a line, as Ollama does it. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return
  const { status, message } = error instanceof Refusal ? error : new Refusal(500, sentence(error))
  if (response.headersSent) response.end(`${JSON.stringify({ error: message })}\n`)
  else giveJson(response, status, { error: message })
}

/** The library's own errors speak of the model and the machine, never of what was said. */
function sentence(error: unknown): string {
  const said = error instanceof Error ? error.message.split('\n')[0] : ''
  return `an error was encountered while running the model: ${said ?? ''}`
}

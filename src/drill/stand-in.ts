/** The stand-in for a local model: a scripted server with Ollama's API, for machines where no model is at hand. */
import { clientDialects } from '../dialects/registry.ts'
import { decodeJson } from '../exchange/translate/translate.ts'
import type { StreamEvent } from '../ir/events.ts'
import { exactText, parseExact } from '../ir/exact-json.ts'
import type { ChatRequest, Message } from '../ir/request.ts'
import { giveJson, listenOnLoopback, pause, type Asked, type LoopbackServer } from './loopback.ts'
import { noteTool, piecesOf, restOf, standInText } from './script.ts'

export const standInModel = 'stand-in'

const { ollama } = clientDialects
/** What Trooper asks about a model (local-engines.md 1.4). */
const shown = JSON.stringify({
  model_info: { 'general.architecture': 'script', 'script.context_length': 1_048_576 },
  capabilities: ['completion', 'tools'],
})

export function startStandIn(wordMs: number): Promise<LoopbackServer> {
  return listenOnLoopback(async (asked) => {
    const { method, path, response } = asked
    if (path === '/api/chat' && method === 'POST') return chat(asked, wordMs)
    if (path === '/api/show' && method === 'POST') return giveJson(response, 200, shown)
    // Who it takes itself for: of a server that nobody knows Trooper warns, in the middle of a drill where it comes to that late.
    if (path === '/') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('Ollama is running')
    if (path === '/api/version') return giveJson(response, 200, '{"version":"0.0.0"}')
    giveJson(response, 404, JSON.stringify({ error: `the stand-in has nothing at ${path}` }))
  })
}

async function chat({ body, response }: Asked, wordMs: number): Promise<void> {
  const decoded = decodeJson('ollama', () => parseExact(body))
  if (!decoded.ok) return giveJson(response, 400, exactText(ollama.encodeFailure(decoded.failure).body))
  const { request } = decoded
  const encode = ollama.createEncoder({ id: '', model: request.model, createdAtMs: Date.now() }, request)
  response.writeHead(200, { 'content-type': ollama.streamType })
  for (const event of answerTo(request)) {
    if (event.type === 'text-delta') await pause(wordMs, response)
    response.write(encode(event))
  }
  response.end()
}

function answerTo(request: ChatRequest): StreamEvent[] {
  const usage = { inputTokens: 20, outputTokens: 20 }
  if (wantsNote(request)) {
    return [
      { type: 'tool-call-start', index: 0, id: 'call_standin', name: noteTool.name },
      { type: 'tool-call-delta', index: 0, json: JSON.stringify(noteTool.input) },
      { type: 'tool-call-end', index: 0 },
      { type: 'finish', reason: 'tool-calls', usage },
    ]
  }
  const said = textOf(request.messages.findLast(({ role }) => role === 'assistant'))
  const conversation = request.messages.filter(({ role }) => role !== 'system')
  const text = restOf(said) ?? standInText(conversation.length, textOf(conversation.at(-1)))
  return [
    ...piecesOf(text).map((piece): StreamEvent => ({ type: 'text-delta', index: 0, text: piece })),
    { type: 'finish', reason: 'stop', usage },
  ]
}

/** Only the drill's own tool is ever called: nothing is to happen on the machine of somebody who rehearses with an agent. */
function wantsNote({ tools, messages }: ChatRequest): boolean {
  return (
    messages.at(-1)?.role === 'user' && tools.some((tool) => tool.type === 'function' && tool.name === noteTool.name)
  )
}

function textOf(message: Message | undefined): string {
  return (message?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** Chat Completions as local servers have it: what they count, what their templates refuse, what they answer (local-engines.md 2, 3.1). */

import { arrayOf, isObject, type JsonObject, objectOf, parseJson, stringOf, without } from '../../src/ir/json.ts'
import { type Answer, createAnswer } from './answer.ts'
import { checkChatRequest } from './check-chat.ts'
import type { LocalBehaviour } from './control.ts'
import type { Exchange } from './exchange.ts'
import { chatCompletion, chatStream } from './provider-chat.ts'
import { holdsHalfCharacters } from './half-characters.ts'
import { Refusal } from './refusal.ts'

const localText = 'Hello from the local model, in several words.'
const json = { 'content-type': 'application/json; charset=utf-8' }
const tokensPerMessage = 4
const tokensPerImage = 768
/** What the template of a common model says (local-engines.md 3.1). */
const systemFirst = 'System message must be at the beginning.'

export function bodyOf(exchange: Exchange): JsonObject {
  const body = parseJson(exchange.bodyText)
  // Malformed JSON is the server's own error there (local-engines.md 3.1).
  if (!isObject(body)) throw new Refusal('parse error', { status: 500, type: 'server_error' })
  // Seen of llama-server b11549.
  if (holdsHalfCharacters(exchange.bodyText))
    throw new Refusal(
      '[json.exception.parse_error.101] parse error: syntax error while parsing value - invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF',
    )
  return body
}

/** Throws for what no local server, or no strict template, would take. */
export function checkLocalChat(body: JsonObject): void {
  // Each leaves unknown fields unread; Trooper writes none.
  const { top_k: _, min_p: __, ...known } = body
  checkChatRequest(known)
  const messages = arrayOf(body['messages']).map(objectOf)
  const late = messages.slice(1).some(({ role }) => role === 'system' || role === 'developer')
  if (late || messages[0]?.['role'] === 'developer') {
    throw new Refusal(`Jinja Exception: ${systemFirst}`, { status: 500, type: 'server_error' })
  }
}

/** Of the whole prompt; four bytes a token, as the fake Ollama has it. */
export function countChat(body: JsonObject): number {
  const tools = arrayOf(body['tools'])
  const messages = arrayOf(body['messages']).map(objectOf)
  return messages.reduce((sum, message) => sum + countMessage(message), tools.length === 0 ? 0 : count(tools))
}

function countMessage(message: JsonObject): number {
  const { content, ...others } = message
  const rest = without(others, new Set(['role']))
  const parts = Array.isArray(content) ? content.map(objectOf) : []
  const images = parts.filter(({ type }) => type === 'image_url').length
  const text = Array.isArray(content) ? parts.map(({ text: piece }) => stringOf(piece) ?? '').join('') : (content ?? '')
  const beside = Object.keys(rest).length === 0 ? 0 : count(rest)
  return count(text) + beside + tokensPerMessage + images * tokensPerImage
}

function count(value: unknown): number {
  return Math.ceil(Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value)) / 4)
}

/** What a request that begins an answer itself gets before it (seen of llama-server b10434); empty where it does not. */
export function prefillOf(body: JsonObject): string {
  const last = objectOf(arrayOf(body['messages']).at(-1))
  return last['role'] === 'assistant' ? (stringOf(last['content']) ?? '') : ''
}

let answers = 0

export async function sayLocally(
  behaviour: LocalBehaviour,
  exchange: Exchange,
  body: JsonObject,
  prefix: string,
): Promise<void> {
  answers += 1
  const said = createAnswer(contentOf(behaviour, prefix), stringOf(body['model']) ?? '', exchange.bodyText, answers)
  await exchange.pauseAt(0, behaviour.holdAfter)
  if (body['stream'] !== true) return exchange.send(200, json, JSON.stringify(chatCompletion(said)))
  await streamLocally(behaviour, exchange, body, said)
}

function contentOf(behaviour: LocalBehaviour, prefix: string): LocalBehaviour {
  const text = behaviour.text ?? (behaviour.toolCalls === undefined ? localText : '')
  return { ...behaviour, text: prefix + text }
}

async function streamLocally(
  behaviour: LocalBehaviour,
  exchange: Exchange,
  body: JsonObject,
  said: Answer,
): Promise<void> {
  exchange.head(200, { 'content-type': 'text/event-stream' })
  const wanted = behaviour.mode === 'reset-midstream' ? (behaviour.chunks ?? 2) : Number.POSITIVE_INFINITY
  let written = 0
  for (const { wire, content } of chatStream(said, objectOf(body['stream_options'])['include_usage'] === true)) {
    if (exchange.gone) return
    await exchange.write(wire)
    if (!content) continue
    written += 1
    // Killed: neither a final chunk nor `[DONE]` (local-engines.md 3.1).
    if (written >= wanted) return exchange.reset()
    await exchange.pauseAt(written, behaviour.holdAfter)
  }
  exchange.end()
}

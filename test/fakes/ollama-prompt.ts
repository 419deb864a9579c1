/** How many tokens a conversation has here, and what happens when it has too many (local-engines.md 1.6). */

import { arrayOf, type JsonObject, type JsonValue, numberOf, objectOf, stringOf } from '../../src/ir/json.ts'
import type { SeenRequest } from './journal.ts'
import { countByLength, type CountPrompt } from './ollama-count.ts'

export type Prompt = NonNullable<SeenRequest['prompt']>

/** What becomes of the prompt; nothing is evaluated when it does not fit and must not be cut. `templateTokens` stand before all of it. */
export function readPrompt(body: JsonObject, numCtx: number, templateTokens = 0, count = countByLength): Prompt {
  const messages = body['messages'] === undefined ? messagesOfPrompt(body) : arrayOf(body['messages']).map(objectOf)
  const tools = arrayOf(body['tools'])
  const tokens = templateTokens + count(messages, tools)
  const whole = { tokens, evaluated: tokens, numCtx, truncated: false, droppedMessages: 0, shifted: false }
  if (tokens <= numCtx) return whole
  if (body['truncate'] === false) return { ...whole, evaluated: 0 }
  const kept = dropOldest(messages, tools, numCtx, count)
  const keptTokens = count(kept, tools)
  const droppedMessages = messages.length - kept.length
  const evaluated = keptTokens <= numCtx ? keptTokens : cutTokens(body, numCtx)
  return { ...whole, evaluated, truncated: true, droppedMessages }
}

/** The words of a conversation that a model reads of it where nothing forbids to cut: local-engines.md 1.6, both steps. */
export function survivingWords(body: JsonObject, numCtx: number): string {
  const tools = arrayOf(body['tools'])
  const kept = dropOldest(arrayOf(body['messages']).map(objectOf), tools, numCtx, countByLength)
  const words = [JSON.stringify(tools), ...kept.map((message) => JSON.stringify(message))].join('\n')
  if (countByLength(kept, tools) <= numCtx) return words
  const numKeep = numberOf(objectOf(body['options'])['num_keep']) ?? 4
  const bytes = Buffer.from(words)
  const end = bytes.subarray(-4 * (cutTokens(body, numCtx) - numKeep)).toString()
  return bytes.subarray(0, 4 * numKeep).toString() + end
}

/** What `/api/generate` makes of its fields; a token id of the context is a token, here four characters. */
function messagesOfPrompt(body: JsonObject): JsonObject[] {
  const context = 'four'.repeat(arrayOf(body['context']).length)
  const texts = [stringOf(body['system']), context, stringOf(body['prompt']), stringOf(body['suffix'])]
  const [first = {}, ...rest] = texts.flatMap((content) => (content ? [{ role: 'user', content }] : []))
  return [{ ...first, images: arrayOf(body['images']) }, ...rest]
}

/** The error of the child process as text inside the error (local-engines.md 1.3). */
export function overflowText(tokens: number, numCtx: number): string {
  const error = {
    code: 400,
    message: `request (${tokens} tokens) exceeds the available context size (${numCtx} tokens), try increasing it`,
    type: 'exceed_context_size_error',
    n_prompt_tokens: tokens,
    n_ctx: numCtx,
  }
  return JSON.stringify({ error })
}

/** Oldest first, system messages and the last message stay, and nothing is said about it. */
function dropOldest(
  messages: readonly JsonObject[],
  tools: readonly JsonValue[],
  numCtx: number,
  count: CountPrompt,
): JsonObject[] {
  const kept = [...messages]
  while (count(kept, tools) > numCtx) {
    const oldest = kept.findIndex((message, index) => message['role'] !== 'system' && index < kept.length - 1)
    if (oldest === -1) break
    kept.splice(oldest, 1)
  }
  return kept
}

/** The rendered path then cuts through the middle and leaves about half a window. */
function cutTokens(body: JsonObject, numCtx: number): number {
  const numKeep = numberOf(objectOf(body['options'])['num_keep']) ?? 4
  return numCtx - Math.floor((numCtx - numKeep) / 2)
}

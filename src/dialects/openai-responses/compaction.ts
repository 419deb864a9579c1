/**
 * Codex asks for a compaction by an input item and takes nothing but one `compaction` item for an answer (real-clients.md 3); the endpoint
 * that is there for it gives what the user said before that. The item's content is sealed by the provider; what a local model wrote is
 * only marked, so that it is known again when it comes back.
 */
import { exactText, parseExact } from '../../ir/exact-json.ts'
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Message } from '../../ir/request.ts'

/** Of the provider, behind the version. */
export const compactPath = '/responses/compact'

const mark = 'trooper.'

/** What a model is told that has to make the conversation short. */
export const compactionPlea =
  'The conversation has to be made short so that it can go on. Write a summary of everything above for yourself, as the only thing ' +
  'you will remember: what the user wants, what was decided and why, what was done (files, commands, results), what is unfinished, ' +
  'and what comes next. Keep names, paths, numbers and code that matter word for word. Write the summary and nothing else.'

/** `earlier`: sealed items of a provider's, in whose place this one stands; nobody but that provider can read them. */
export function compactionItem(id: string, summary: string, earlier: JsonObject[] = []): JsonObject {
  const kept = earlier.length === 0 ? '' : `.${encode(exactText(earlier))}`
  return { id, type: 'compaction', encrypted_content: mark + encode(summary) + kept }
}

/** What an item that {@link compactionItem} made says; `undefined` for a provider's own. */
export function readCompaction(item: JsonObject): { summary: string; earlier: JsonObject[] } | undefined {
  const content = item['type'] === 'compaction' ? stringOf(item['encrypted_content']) : undefined
  if (content?.startsWith(mark) !== true) return undefined
  const [summary, earlier = ''] = content.slice(mark.length).split('.').map(decode)
  return summary === undefined ? undefined : { summary, earlier: arrayOf(parseExact(earlier)).filter(isObject) }
}

/** A provider's own, in the history of a conversation that a local model makes short. */
export function sealedCompactions(messages: readonly Message[]): JsonObject[] {
  return messages.flatMap(({ content }) =>
    content.flatMap((part) =>
      part.type === 'opaque' && part.dialect === 'openai-responses' && part.kind === 'compaction' ? [part.value] : [],
    ),
  )
}

/** How a summary is told to a model. */
export function tellSummary(summary: string): string {
  return `[Summary of the conversation so far]\n${summary}`
}

/** Everything that the user said, as items of an answer. */
export function userItems(input: JsonValue | undefined): JsonObject[] {
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : arrayOf(input).map(objectOf)
  return items
    .filter(({ type = 'message', role }) => type === 'message' && role === 'user')
    .map(({ content, ...item }) => ({ ...item, type: 'message', status: 'completed', content: partsOf(content) }))
}

function partsOf(content: JsonValue | undefined): JsonValue[] {
  return typeof content === 'string' ? [{ type: 'input_text', text: content }] : arrayOf(content)
}

function encode(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

function decode(base64: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))
  } catch {
    return undefined
  }
}

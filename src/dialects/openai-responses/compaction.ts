/**
 * Codex asks for a compaction by an input item and takes nothing but one `compaction` item for an answer (real-clients.md 3). Its
 * content is sealed by the provider; what a local model wrote is only marked, so that it is known again when it comes back.
 */
import { stringOf, type JsonObject } from '../../ir/json.ts'

const mark = 'trooper.'

/** What a model is told that has to make the conversation short. */
export const compactionPlea =
  'The conversation has to be made short so that it can go on. Write a summary of everything above for yourself, as the only thing ' +
  'you will remember: what the user wants, what was decided and why, what was done (files, commands, results), what is unfinished, ' +
  'and what comes next. Keep names, paths, numbers and code that matter word for word. Write the summary and nothing else.'

export function compactionItem(id: string, summary: string): JsonObject {
  return { id, type: 'compaction', encrypted_content: mark + encode(summary) }
}

/** The summary in an item that {@link compactionItem} made; `undefined` for a provider's own. */
export function summaryOf(item: JsonObject): string | undefined {
  const content = item['type'] === 'compaction' ? stringOf(item['encrypted_content']) : undefined
  return content?.startsWith(mark) === true ? decode(content.slice(mark.length)) : undefined
}

/** How a summary is told to a model. */
export function tellSummary(summary: string): string {
  return `[Summary of the conversation so far]\n${summary}`
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

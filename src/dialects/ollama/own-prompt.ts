/**
 * Prompts of `/api/generate` that are written for one model: raw text, the gap between two texts, a template, the token ids of an
 * earlier answer. No conversation is the same, so only an Ollama can answer them.
 */
import { objectOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { ChatRequest } from '../../ir/request.ts'

const fields = ['raw', 'suffix', 'template', 'context'] as const

/** The first of these fields that a request fills; `undefined` for a plain prompt, and for a conversation. */
export function ownPromptField(request: ChatRequest): (typeof fields)[number] | undefined {
  return request.echo?.['generate'] === true ? fields.find((field) => isFilled(ownFields(request)[field])) : undefined
}

/** What a request's own fields add to its prompt, as text to be counted. Ids written as text count for more than they are. */
export function ownPromptText(request: ChatRequest): string {
  const filled = fields.filter((field) => field !== 'raw' && isFilled(ownFields(request)[field]))
  return filled.map((field) => JSON.stringify(ownFields(request)[field])).join(' ')
}

/** Clients send the fields that they leave empty, too. */
export function withoutEmptyPromptFields(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => !fields.some((field) => field === key) || isFilled(value)),
  )
}

function ownFields({ extras }: ChatRequest): Record<string, JsonValue | undefined> {
  return objectOf(extras.ollama)
}

function isFilled(value: JsonValue | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}

/**
 * Conversations that the provider keeps: `thread` names its last message, and the request says only what is new. Nobody else knows the rest.
 * The loop of @anthropic-ai/sdk 1.12 (`beta.messages.toolRunner`) does so unasked; told that a thread is lost, it sends the whole at once
 * (its `ThreadState`; real-clients.md 4).
 */
import { objectOf, type JsonObject } from '../../ir/json.ts'
import { KeptElsewhere } from '../dialect.ts'

const threadNotFound = 'thread_not_found'

/** A glance at the bytes; words of the conversation may look alike. */
export function mayContinueThread(body: Buffer): boolean {
  return body.includes('"previous_message_id"')
}

export function refuseThread({ thread }: JsonObject): void {
  if (objectOf(thread)['type'] === 'continue')
    throw new KeptElsewhere(threadNotFound, 'thread: only the provider holds it; send the whole conversation instead')
}

/** The provider's own refusal (providers.md 1.1); `undefined` for any other one. */
export function encodeThreadNotFound(
  message: string,
  code: string | undefined,
): { status: number; body: JsonObject } | undefined {
  if (code !== threadNotFound) return undefined
  const error = { type: 'not_found_error', message, details: { error_code: code } }
  return { status: 404, body: { type: 'error', error, request_id: null } }
}

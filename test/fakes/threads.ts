/** Conversations that the Messages API keeps: a request goes on with one and says only what is new (real-clients.md 4, SDK 1.12). */

import { arrayOf, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'

/** The provider takes them from the thread. */
const createOnly = ['system', 'tools'] as const

export class Threads {
  /** By the id of the last answer: the request as a whole, and that answer behind it. */
  readonly #kept = new Map<string, JsonObject>()

  /** The request with all that was said before; throws for what this provider does not keep. */
  expand(body: JsonObject): JsonObject {
    const thread = objectOf(body['thread'])
    if (thread['type'] !== 'continue') return body
    for (const field of createOnly) {
      if (body[field] !== undefined) throw new Refusal(`${field}: cannot be changed on a thread`)
    }
    const id = stringOf(thread['previous_message_id']) ?? ''
    const kept = this.#kept.get(id)
    if (!kept) {
      const about = { status: 404, type: 'not_found_error', code: 'thread_not_found' }
      throw new Refusal(`thread: no message ${id} to continue from`, about)
    }
    return { ...kept, ...body, messages: [...arrayOf(kept['messages']), ...arrayOf(body['messages'])] }
  }

  /** `body`: as a whole. */
  keep(id: string, body: JsonObject, content: JsonValue): void {
    if (body['thread'] === undefined) return
    this.#kept.set(id, { ...body, messages: [...arrayOf(body['messages']), { role: 'assistant', content }] })
  }

  forget(id: string): void {
    this.#kept.delete(id)
  }

  clear(): void {
    this.#kept.clear()
  }
}

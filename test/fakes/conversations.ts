/** The conversations that the Responses API keeps: made, given items, listed and deleted by their clients (providers.md 5.2). */

import { arrayOf, isObject, type JsonObject, type JsonValue, stringOf } from '../../src/ir/json.ts'
import { checkItemIds, type KnownItem } from './check-responses-ids.ts'
import { missingParameter, Refusal } from './refusal.ts'

/** More are refused in one request. */
const mostItems = 20

export class Conversations {
  readonly #items = new Map<string, JsonObject[]>()
  #serial = 0

  /** Throws unless this provider has it. */
  require(id: string): JsonObject[] {
    const items = this.#items.get(id)
    if (items === undefined) throw new Refusal(`Conversation with id '${id}' not found.`, { status: 404 })
    return items
  }

  add(id: string, items: readonly JsonValue[]): JsonObject[] {
    const named = items.filter(isObject).map((item) => ({ id: this.#name('msg'), ...item }))
    this.require(id).push(...named)
    return named
  }

  clear(): void {
    this.#items.clear()
  }

  /** Answers `method` at `path`, which starts with `/v1/conversations`. */
  answer(method: string, path: string, body: JsonObject, find: (itemId: string) => KnownItem | undefined): JsonObject {
    const [id, part, itemId] = path.split('/').slice(3)
    if (id === undefined && method === 'POST') return this.#open(body, find)
    const items = this.require(id ?? '')
    if (part === undefined && method === 'GET') return conversation(id)
    if (part === undefined && method === 'DELETE') {
      this.#items.delete(id ?? '')
      return { id: id ?? '', object: 'conversation.deleted', deleted: true }
    }
    if (part === 'items' && itemId === undefined && method === 'GET') return list(items.toReversed())
    if (part === 'items' && itemId === undefined && method === 'POST') {
      if (body['items'] === undefined) throw missingParameter('items')
      return list(this.add(id ?? '', checked(body, find)))
    }
    if (part === 'items' && method === 'DELETE') {
      const at = items.findIndex((item) => item['id'] === itemId)
      if (at === -1) throw new Refusal(`Item with id '${itemId}' not found.`, { status: 404 })
      items.splice(at, 1)
      return conversation(id)
    }
    throw new Refusal(`Invalid URL (${method} ${path})`, { status: 404 })
  }

  #open(body: JsonObject, find: (itemId: string) => KnownItem | undefined): JsonObject {
    const id = this.#name('conv')
    this.#items.set(id, [])
    this.add(id, checked(body, find))
    return conversation(id)
  }

  #name(prefix: string): string {
    this.#serial += 1
    return `${prefix}_FakeConversation${this.#serial}`
  }
}

function checked(body: JsonObject, find: (itemId: string) => KnownItem | undefined): JsonValue[] {
  const items = arrayOf(body['items'])
  if (items.length > mostItems) {
    throw new Refusal(
      `Invalid 'items': array too long. Expected an array with maximum length ${mostItems}, but got an array with length ${items.length} instead.`,
      { param: 'items', code: 'array_above_max_length' },
    )
  }
  checkItemIds(items, find)
  return items
}

function conversation(id: string | undefined): JsonObject {
  return { id: id ?? '', object: 'conversation', created_at: 1_795_000_000, metadata: {} }
}

function list(items: readonly JsonObject[]): JsonObject {
  const idAt = (at: number): JsonValue => stringOf(items.at(at)?.['id']) ?? null
  return { object: 'list', data: [...items], has_more: false, first_id: idAt(0), last_id: idAt(-1) }
}

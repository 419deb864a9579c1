/**
 * What was said in Responses exchanges whose history the provider keeps (`store`, the default): a local turn can then follow a
 * cloud turn, and a cloud turn a local one (providers.md 4.5). Written after the client has its answer; read only when a request
 * leans on it.
 */
import { isObject, arrayOf, objectOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { Store } from '../state/store.ts'

/** One request and its answer. */
export interface Turn {
  /** The response's id. */
  id: string
  /** A digest of the credential whose conversation this is. */
  account: string
  previousId?: string
  conversation?: string
  /** Trooper made the answer: no provider knows it. */
  isLocal: boolean
  /** The items that the request added. */
  input: JsonValue[]
  /** The whole response object. */
  response: JsonObject
}

export interface Transcripts {
  /** Nothing is kept: what leans on a history can only be answered by its provider. */
  isOff: boolean
  /** Keeps a turn, some time later. */
  record(turn: Turn): void
  find(id: string, account: string): Promise<Turn | undefined>
  /** The turn whose answer holds an item. */
  findByItem(itemId: string, account: string): Promise<Turn | undefined>
  /** The turns of a conversation, the oldest first. */
  turnsOf(conversation: string, account: string): Promise<Turn[]>
  forget(id: string): Promise<void>
  /** Resolves when everything recorded so far is written. */
  settle(): Promise<void>
}

export function outputOf({ response }: Turn): JsonObject[] {
  return arrayOf(response['output']).map(objectOf)
}

export function createTranscripts(store: Store): Transcripts {
  const byItem = new Map<string, string>()
  const byConversation = new Map<string, string[]>()
  /** Turns whose writing is under way. */
  const fresh = new Map<string, Turn>()
  const writes = new Map<string, Promise<void>>()
  let indexed: Promise<void> | undefined

  const note = (turn: Turn): void => {
    for (const item of outputOf(turn)) byItem.set(stringOf(item['id']) ?? '', turn.id)
    forgetOldest(byItem)
    forgetOldest(byConversation)
    if (turn.conversation === undefined) return
    const ids = byConversation.get(turn.conversation) ?? []
    if (!ids.includes(turn.id)) byConversation.set(turn.conversation, [...ids, turn.id])
  }

  const read = async (id: string): Promise<Turn | undefined> => fresh.get(id) ?? decodeTurn(await store.get(id))

  /** What an earlier process wrote is looked through once, when something is sought by another name than its own. */
  const index = async (): Promise<void> => {
    for (const key of await store.keys()) {
      const turn = await read(key)
      if (turn) note(turn)
    }
  }

  const find = async (id: string, account: string): Promise<Turn | undefined> => {
    const turn = await read(id)
    return turn?.account === account ? turn : undefined
  }

  return {
    isOff: false,
    record: (turn) => {
      fresh.set(turn.id, turn)
      note(turn)
      const write = store
        .put(turn.id, JSON.stringify(turn))
        // A full disk costs the transcript, not the conversation: it stays with its provider, or with the client.
        .catch(() => {})
        .finally(() => {
          fresh.delete(turn.id)
          writes.delete(turn.id)
        })
      writes.set(turn.id, write)
    },
    find,
    findByItem: async (itemId, account) => {
      indexed ??= index()
      await indexed
      const id = byItem.get(itemId)
      return id === undefined ? undefined : find(id, account)
    },
    turnsOf: async (conversation, account) => {
      indexed ??= index()
      await indexed
      const turns = await Promise.all((byConversation.get(conversation) ?? []).map((id) => find(id, account)))
      return turns.filter((turn) => turn !== undefined)
    },
    forget: async (id) => {
      await writes.get(id)
      await store.delete(id)
    },
    settle: async () => {
      await Promise.all(writes.values())
    },
  }
}

/** Names of items and conversations that are looked up; their turns are bounded by the store. */
const mostNames = 100_000

function forgetOldest(names: Map<string, unknown>): void {
  for (const name of names.keys()) {
    if (names.size <= mostNames) return
    names.delete(name)
  }
}

export const noTranscripts: Transcripts = {
  isOff: true,
  record: () => {},
  find: () => Promise.resolve(undefined),
  findByItem: () => Promise.resolve(undefined),
  turnsOf: () => Promise.resolve([]),
  forget: () => Promise.resolve(),
  settle: () => Promise.resolve(),
}

function decodeTurn(text: string | undefined): Turn | undefined {
  const turn = text === undefined ? undefined : parseJson(text)
  if (!isObject(turn) || !isObject(turn['response'])) return undefined
  const { previousId, conversation } = turn
  return {
    id: stringOf(turn['id']) ?? '',
    account: stringOf(turn['account']) ?? '',
    isLocal: turn['isLocal'] === true,
    input: arrayOf(turn['input']),
    response: turn['response'],
    ...(typeof previousId === 'string' ? { previousId } : {}),
    ...(typeof conversation === 'string' ? { conversation } : {}),
  }
}

/** A turn out of the request as the client sent it and the response as the client got it; `undefined` where the client keeps the history itself. */
export function turnOf(request: JsonObject, response: JsonObject, account: string, isLocal: boolean): Turn | undefined {
  const id = stringOf(response['id'])
  if (id === undefined || request['store'] === false || isUnderWay(response)) return undefined
  const previousId = stringOf(request['previous_response_id'])
  const conversation = conversationOf(request)
  return {
    id,
    account,
    isLocal,
    input: itemsOf(request['input']),
    response,
    ...(previousId === undefined ? {} : { previousId }),
    ...(conversation === undefined ? {} : { conversation }),
  }
}

/** The answer of a `background` request comes later, to somebody who asks for it: a turn without it would be half a turn. */
function isUnderWay({ status }: JsonObject): boolean {
  return status === 'queued' || status === 'in_progress'
}

/** By its id, or as an object that has it. */
export function conversationOf({ conversation }: JsonObject): string | undefined {
  return stringOf(conversation) ?? stringOf(objectOf(conversation)['id'])
}

export function itemsOf(input: JsonValue | undefined): JsonValue[] {
  if (typeof input === 'string')
    return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
  return arrayOf(input)
}

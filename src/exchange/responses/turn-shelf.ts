/** Turns by their id and by their items. Written some time later; what is under way is found already. */
import { stringOf } from '../../ir/json.ts'
import type { Store } from '../../state/store.ts'
import { decodeTurn, encodeTurn, ownItemsOf, type Turn, type Written } from './turn.ts'

export interface TurnShelf {
  put(turn: Turn, request?: Written): void
  find(id: string, account: string): Promise<Turn | undefined>
  /** The turn that holds an item. */
  findByItem(itemId: string, account: string): Promise<Turn | undefined>
  forget(id: string): Promise<void>
  /** Resolves when everything so far is written. */
  settle(): Promise<void>
}

export function createTurnShelf(store: Store): TurnShelf {
  const byItem = new Map<string, string>()
  /** Turns whose writing is under way. */
  const fresh = new Map<string, Turn>()
  const writes = new Map<string, Promise<void>>()
  let indexed: Promise<void> | undefined

  const note = (turn: Turn): void => {
    for (const item of ownItemsOf(turn)) byItem.set(stringOf(item['id']) ?? '', turn.id)
    forgetOldest(byItem)
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
    put: (turn, request) => {
      note(turn)
      fresh.set(turn.id, turn)
      const written = (writes.get(turn.id) ?? Promise.resolve())
        .then(() => store.put(turn.id, encodeTurn(turn, request)))
        // A full disk costs the transcript, not the conversation: it stays with its provider, or with the client.
        .catch(() => {})
        .finally(() => {
          if (writes.get(turn.id) !== written) return
          fresh.delete(turn.id)
          writes.delete(turn.id)
        })
      writes.set(turn.id, written)
    },
    find,
    findByItem: async (itemId, account) => {
      indexed ??= index()
      await indexed
      const id = byItem.get(itemId)
      return id === undefined ? undefined : find(id, account)
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

/** Names of items that are looked up; their turns are bounded by the store. */
const mostNames = 100_000

function forgetOldest(names: Map<string, unknown>): void {
  for (const name of names.keys()) {
    if (names.size <= mostNames) return
    names.delete(name)
  }
}

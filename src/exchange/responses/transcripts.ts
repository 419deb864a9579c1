/**
 * What was said in Responses exchanges whose history the provider keeps (`store`, the default): a local turn can then follow a
 * cloud turn, and a cloud turn a local one (providers.md 4.5). Written after the client has its answer; read only when a request
 * leans on it.
 */
import type { Store } from '../../state/store.ts'
import { createConversationBook } from './conversation-book.ts'
import { createTurnShelf } from './turn-shelf.ts'
import { withoutItem, type Turn, type Written } from './turn.ts'

export interface Transcripts {
  /** Nothing is kept: what leans on a history can only be answered by its provider. */
  isOff: boolean
  /** Keeps a turn, some time later. `request`: what it begins with, where that is at hand as it came. */
  record(turn: Turn, request?: Written): void
  find(id: string, account: string): Promise<Turn | undefined>
  /** The turn that holds an item. */
  findByItem(itemId: string, account: string): Promise<Turn | undefined>
  /** The turns of a conversation, the oldest first; `undefined` when not all of them are known. */
  turnsOf(conversation: string, account: string): Promise<Turn[] | undefined>
  forget(id: string, account: string): Promise<void>
  /** A conversation begins. */
  open(conversation: string, account: string): void
  /** Something happened in it that nobody here saw: it is not known any more. */
  loseSight(conversation: string, account: string): void
  forgetConversation(conversation: string, account: string): Promise<void>
  forgetItem(conversation: string, itemId: string, account: string): Promise<void>
  /** Resolves when everything recorded so far is written. */
  settle(): Promise<void>
}

export function createTranscripts(store: Store): Transcripts {
  const book = createConversationBook(store)
  const shelf = createTurnShelf(store)

  const turnsOf = async (conversation: string, account: string): Promise<Turn[] | undefined> => {
    const ids = await book.turnIds(conversation, account)
    const turns = await Promise.all((ids ?? []).map((id) => shelf.find(id, account)))
    const known = turns.filter((turn) => turn !== undefined)
    return ids === undefined || known.length < turns.length ? undefined : known
  }

  return {
    isOff: false,
    record: (turn, request) => {
      if (turn.conversation !== undefined) book.append(turn.conversation, turn.account, turn.id)
      shelf.put(turn, request)
    },
    find: (id, account) => shelf.find(id, account),
    findByItem: (itemId, account) => shelf.findByItem(itemId, account),
    turnsOf,
    forget: async (id, account) => {
      if (await shelf.find(id, account)) await shelf.forget(id)
    },
    open: (conversation, account) => book.open(conversation, account),
    loseSight: (conversation, account) => book.close(conversation, account),
    forgetConversation: async (conversation, account) => {
      const ids = book.turnIds(conversation, account)
      book.close(conversation, account)
      await Promise.all(((await ids) ?? []).map((id) => shelf.forget(id)))
    },
    forgetItem: async (conversation, itemId, account) => {
      const turns = (await turnsOf(conversation, account)) ?? []
      const rest = turns.map((turn) => withoutItem(turn, itemId)).find((turn) => turn !== undefined)
      // The ids of what the client said are the provider's to give, and are not told with every answer.
      if (rest) shelf.put(rest)
      else book.close(conversation, account)
    },
    settle: async () => {
      await Promise.all([shelf.settle(), book.settle()])
    },
  }
}

export const noTranscripts: Transcripts = {
  isOff: true,
  record: () => {},
  find: () => Promise.resolve(undefined),
  findByItem: () => Promise.resolve(undefined),
  turnsOf: () => Promise.resolve(undefined),
  forget: () => Promise.resolve(),
  open: () => {},
  loseSight: () => {},
  forgetConversation: () => Promise.resolve(),
  forgetItem: () => Promise.resolve(),
  settle: () => Promise.resolve(),
}

/** Which turns each conversation has, in their order: known from its creation on, or not at all. */
import { arrayOf, isObject, parseJson, stringOf } from '../../ir/json.ts'
import type { Store } from '../../state/store.ts'

interface Entry {
  account: string
  turnIds: string[]
}

export interface ConversationBook {
  /** It was made just now, and holds nothing yet. */
  open(id: string, account: string): void
  /** Without effect on one whose beginning nobody saw. */
  append(id: string, account: string, turnId: string): void
  /** What follows is not known any more. */
  close(id: string, account: string): void
  turnIds(id: string, account: string): Promise<string[] | undefined>
  /** Resolves when everything so far is written. */
  settle(): Promise<void>
}

export function createConversationBook(store: Store): ConversationBook {
  /** Changes of one conversation happen one after the other, and are read when they are written. */
  const underWay = new Map<string, Promise<Entry | undefined>>()

  const read = (id: string): Promise<Entry | undefined> =>
    underWay.get(id) ?? store.get(id).then(decodeEntry, () => undefined)

  const write = async (id: string, entry: Entry | undefined): Promise<void> => {
    try {
      await (entry ? store.put(id, JSON.stringify(entry)) : store.delete(id))
    } catch {
      // A full disk costs the transcript, not the conversation.
    }
  }

  const change = (id: string, edit: (entry: Entry | undefined) => Entry | undefined): void => {
    const changed = read(id).then(async (entry) => {
      const edited = edit(entry)
      if (edited !== entry) await write(id, edited)
      if (underWay.get(id) === changed) underWay.delete(id)
      return edited
    })
    underWay.set(id, changed)
  }

  return {
    open: (id, account) => change(id, () => ({ account, turnIds: [] })),
    append: (id, account, turnId) =>
      change(id, (entry) => {
        if (entry?.account !== account || entry.turnIds.includes(turnId)) return entry
        return { account, turnIds: [...entry.turnIds, turnId] }
      }),
    close: (id, account) => change(id, (entry) => (entry?.account === account ? undefined : entry)),
    turnIds: async (id, account) => {
      const entry = await read(id)
      return entry?.account === account ? entry.turnIds : undefined
    },
    settle: async () => {
      await Promise.all(underWay.values())
    },
  }
}

function decodeEntry(text: string | undefined): Entry | undefined {
  const entry = text === undefined ? undefined : parseJson(text)
  if (!isObject(entry) || !Array.isArray(entry['turnIds'])) return undefined
  const turnIds = arrayOf(entry['turnIds']).map((id) => stringOf(id) ?? '')
  return { account: stringOf(entry['account']) ?? '', turnIds }
}

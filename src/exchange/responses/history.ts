/** Requests that lean on a history held elsewhere, made whole: for a local model, or for the provider that did not see local turns. */
import { readCompaction, tellSummary } from '../../dialects/openai-responses/compaction.ts'
import { madeHere } from '../../dialects/made-here.ts'
import { approvalAsInput, callAsInput } from '../../dialects/openai-responses/mcp-items.ts'
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Transcripts } from './transcripts.ts'
import { conversationOf, itemsOf, outputOf, ownItemsOf, type Turn } from './turn.ts'

/** More turns than any conversation has; a ring of references ends here. */
const longestChain = 10_000

/** What of a history is not known here. */
export interface Missing {
  what: 'response' | 'conversation' | 'item'
  id: string
}

export type Expanded = { ok: true; body: JsonObject } | { ok: false; missing: Missing }

/** True when parts of the conversation stand elsewhere. */
export function leansOnHistory(body: JsonObject): boolean {
  return (
    stringOf(body['previous_response_id']) !== undefined ||
    conversationOf(body) !== undefined ||
    itemsOf(body['input']).some((item) => isReference(objectOf(item)))
  )
}

/** The same request with every earlier turn in its input. */
export async function expandHistory(body: JsonObject, transcripts: Transcripts, account: string): Promise<Expanded> {
  const { previous_response_id, conversation: _, ...rest } = body
  const previousId = stringOf(previous_response_id)
  const name = conversationOf(body)
  const held = name === undefined ? [] : await transcripts.turnsOf(name, account)
  if (held === undefined) return { ok: false, missing: { what: 'conversation', id: name ?? '' } }
  const turns = previousId === undefined ? [] : await chainTo(previousId, transcripts, account)
  if (turns === undefined) return { ok: false, missing: { what: 'response', id: previousId ?? '' } }
  const items = [...held, ...turns].flatMap(itemsOfTurn)
  const all = [...items, ...itemsOf(body['input'])]
  const resolved = await Promise.all(all.map((item) => resolve(item, transcripts, account)))
  const unknown = resolved.findIndex((item) => item === undefined)
  if (unknown !== -1) return { ok: false, missing: { what: 'item', id: stringOf(objectOf(all[unknown])['id']) ?? '' } }
  return { ok: true, body: { ...rest, input: resolved.filter((item) => item !== undefined) } }
}

/** The same with nothing in it that only the account may write which has the history; `undefined` when that is not known here. */
export async function unfoldHistory(
  body: JsonObject,
  transcripts: Transcripts,
  account: string,
): Promise<JsonObject | undefined> {
  const expanded = await expandHistory(body, transcripts, account)
  if (!expanded.ok) return undefined
  const input = await mendItems(itemsOf(expanded.body['input']), transcripts, account)
  return { ...expanded.body, input: input.flatMap((item): JsonValue[] => (isObject(item) ? asInput(item) : [item])) }
}

/** The turns up to this one, the oldest first; `undefined` when one of them is not known. */
async function chainTo(id: string, transcripts: Transcripts, account: string): Promise<Turn[] | undefined> {
  const turns: Turn[] = []
  for (let next: string | undefined = id; next !== undefined && turns.length < longestChain;) {
    const turn: Turn | undefined = await transcripts.find(next, account)
    if (!turn) return undefined
    if (turn.conversation !== undefined) {
      const held = await turnsUpTo(turn, turn.conversation, transcripts, account)
      return held && [...held, ...turns]
    }
    turns.unshift(turn)
    next = turn.previousId
  }
  return turns
}

/** A response of a conversation follows all that was said in it before. */
async function turnsUpTo(
  { id }: Turn,
  conversation: string,
  transcripts: Transcripts,
  account: string,
): Promise<Turn[] | undefined> {
  const turns = await transcripts.turnsOf(conversation, account)
  const at = turns?.findIndex((turn) => turn.id === id) ?? -1
  return at === -1 ? undefined : turns?.slice(0, at + 1)
}

function itemsOfTurn(turn: Turn): JsonValue[] {
  return [...turn.input, ...outputOf(turn)]
}

/** What a reference refers to; any other item as it is; `undefined` when it is not known. */
async function resolve(item: JsonValue, transcripts: Transcripts, account: string): Promise<JsonValue | undefined> {
  const value = objectOf(item)
  if (!isReference(value)) return item
  const id = stringOf(value['id']) ?? ''
  const turn = await transcripts.findByItem(id, account)
  return turn && ownItemsOf(turn).find((own) => own['id'] === id)
}

/** SDKs write references with and without their type (providers.md 4.5). */
function isReference(item: JsonObject): boolean {
  if (item['type'] === 'item_reference') return true
  return item['type'] === undefined && item['role'] === undefined && typeof item['id'] === 'string'
}

/**
 * The request as a provider takes it that knows nothing of local turns: it leans on the last answer of its own, and what came
 * after that is in the input. The same object when there is nothing local in it.
 */
export async function mendForProvider(
  body: JsonObject,
  transcripts: Transcripts,
  account: string,
): Promise<JsonObject> {
  const unseen = await unseenTurns(body, transcripts, account)
  const given = itemsOf(body['input'])
  const told = unseen.turns.flatMap((turn) => [...turn.input, ...outputOf(turn).flatMap(asInput)])
  const all = await mendItems([...told, ...given], transcripts, account)
  const mended = body['store'] === false ? all.filter((item) => !isBareThought(item)) : all
  if (unseen.turns.length === 0 && mended.every((item, at) => item === given[at]) && mended.length === given.length)
    return body
  const { previous_response_id: _, ...rest } = body
  const lean = unseen.previousId === undefined ? {} : { previous_response_id: unseen.previousId }
  return { ...rest, ...lean, input: mended }
}

interface Unseen {
  turns: Turn[]
  previousId?: string
}

/** The local turns since the provider's last one, and that one's id. */
async function unseenTurns(body: JsonObject, transcripts: Transcripts, account: string): Promise<Unseen> {
  const name = conversationOf(body)
  if (name !== undefined) {
    const held = (await transcripts.turnsOf(name, account)) ?? []
    // What the client put into the conversation itself, its provider has.
    return { turns: sinceProvider(held).filter(({ isLocal }) => isLocal) }
  }
  const turns: Turn[] = []
  let previousId = stringOf(body['previous_response_id'])
  for (let at = 0; at < longestChain && previousId !== undefined; at += 1) {
    // Also one that the provider began, under an id of its own, and another target ended.
    const turn: Turn | undefined = await transcripts.find(previousId, account)
    if (!turn?.isLocal) break
    if (turn.conversation !== undefined) {
      const held = await turnsUpTo(turn, turn.conversation, transcripts, account)
      if (!held) break
      const since = sinceProvider(held)
      return unseen([...since, ...turns], held.at(-1 - since.length)?.id)
    }
    turns.unshift(turn)
    previousId = turn.previousId
  }
  return unseen(turns, previousId)
}

function unseen(turns: Turn[], previousId: string | undefined): Unseen {
  return { turns, ...(previousId === undefined ? {} : { previousId }) }
}

/** The turns after the last answer of the provider's own. */
function sinceProvider(turns: Turn[]): Turn[] {
  return turns.slice(turns.findLastIndex(({ isLocal, response }) => !isLocal && response !== undefined) + 1)
}

/**
 * A thought without its seal, as it is left where a stream broke off before that came: its id leads nowhere where nothing was stored, and
 * the provider refuses it (providers.md 4.5). One that open models tell in plain words carries its own content.
 */
function isBareThought(item: JsonValue): boolean {
  const { type, encrypted_content, content } = objectOf(item)
  return type === 'reasoning' && !encrypted_content && arrayOf(content).length === 0
}

function isLocalId(id: string): boolean {
  return id.includes(madeHere)
}

/** The items as their provider takes them. */
export async function mendItems(items: JsonValue[], transcripts: Transcripts, account: string): Promise<JsonValue[]> {
  const mended = items.map(async (item) => {
    if (objectOf(item)['type'] === 'mcp_approval_response')
      return mendApproval(objectOf(item), items, transcripts, account)
    return mendItem(item, transcripts, account)
  })
  return (await Promise.all(mended)).flat()
}

/** The client's word where somebody else asked for it: told in words, unless the call was made since. */
async function mendApproval(
  item: JsonObject,
  items: readonly JsonValue[],
  transcripts: Transcripts,
  account: string,
): Promise<JsonValue[]> {
  const id = stringOf(item['approval_request_id']) ?? ''
  if (!(await isUnknownToProvider(id, transcripts, account))) return [item]
  const all = items.map(objectOf)
  if (all.some(({ type, approval_request_id }) => type === 'mcp_call' && approval_request_id === id)) return []
  const given = all.find((one) => one['type'] === 'mcp_approval_request' && one['id'] === id)
  const request = given ?? (await resolve({ id }, transcripts, account))
  return isObject(request) ? [approvalAsInput(request, item['approve'] === true)] : [item]
}

/** An item of a local turn without what only a provider may write: ids, and reasoning that nobody sealed. */
async function mendItem(item: JsonValue, transcripts: Transcripts, account: string): Promise<JsonValue[]> {
  if (!isObject(item)) return [item]
  const own = readCompaction(item)
  if (own) {
    const content = [{ type: 'input_text', text: tellSummary(own.summary) }]
    return [...own.earlier, { type: 'message', role: 'user', content }]
  }
  const id = stringOf(item['id'])
  if (id === undefined || !(await isUnknownToProvider(id, transcripts, account))) return [item]
  const known = isReference(item) ? await resolve(item, transcripts, account) : item
  // Nobody knows it any more: the provider says so.
  return known === undefined ? [item] : asInput(objectOf(known))
}

async function isUnknownToProvider(id: string, transcripts: Transcripts, account: string): Promise<boolean> {
  return isLocalId(id) || (await transcripts.findByItem(id, account))?.isLocal === true
}

/** What only the provider can have written, or run. */
const providersOwn =
  /^(?:reasoning|mcp_list_tools|mcp_approval_request|(?:web_search|file_search|code_interpreter|image_generation|computer)_call)$/

/** An item of an answer as something that the client says. */
function asInput(item: JsonObject): JsonObject[] {
  if (item['type'] === 'mcp_call') return callAsInput(item)
  const { id: _, ...said } = item
  const type = stringOf(said['type']) ?? (said['role'] === undefined ? undefined : 'message')
  return type === undefined || providersOwn.test(type) ? [] : [said]
}

/** Requests that lean on a history held elsewhere, made whole: for a local model, or for the provider that did not see local turns. */
import { summaryOf, tellSummary } from '../dialects/openai-responses/compaction.ts'
import { isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import { conversationOf, itemsOf, outputOf, type Transcripts, type Turn } from './transcripts.ts'

/** More turns than any conversation has; a ring of references ends here. */
const longestChain = 10_000

/** Part of every id that Trooper makes itself. */
export const localMark = 'trooper'

export type Expanded = { ok: true; body: JsonObject } | { ok: false; missing: string }

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
  const turns = previousId === undefined ? [] : await chainTo(previousId, transcripts, account)
  if (turns === undefined) return { ok: false, missing: previousId ?? '' }
  const held = name === undefined ? [] : await transcripts.turnsOf(name, account)
  const items = [...held, ...turns].flatMap(itemsOfTurn)
  const all = [...items, ...itemsOf(body['input'])]
  const resolved = await Promise.all(all.map((item) => resolve(item, transcripts, account)))
  const unknown = resolved.findIndex((item) => item === undefined)
  if (unknown !== -1) return { ok: false, missing: stringOf(objectOf(all[unknown])['id']) ?? '' }
  return { ok: true, body: { ...rest, input: resolved.filter((item) => item !== undefined) } }
}

/** The turns up to this one, the oldest first; `undefined` when one of them is not known. */
async function chainTo(id: string, transcripts: Transcripts, account: string): Promise<Turn[] | undefined> {
  const turns: Turn[] = []
  for (let next: string | undefined = id; next !== undefined && turns.length < longestChain;) {
    const turn: Turn | undefined = await transcripts.find(next, account)
    if (!turn) return undefined
    turns.unshift(turn)
    next = turn.previousId
  }
  return turns
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
  return turn && outputOf(turn).find((output) => output['id'] === id)
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
  const items = [...told, ...given]
  const mended = (await Promise.all(items.map((item) => mendItem(item, transcripts, account)))).flat()
  if (unseen.turns.length === 0 && mended.every((item, at) => item === given[at]) && mended.length === given.length)
    return body
  const { previous_response_id: _, ...rest } = body
  const lean = unseen.previousId === undefined ? {} : { previous_response_id: unseen.previousId }
  return { ...rest, ...lean, input: mended }
}

/** The local turns since the provider's last one, and that one's id. */
async function unseenTurns(
  body: JsonObject,
  transcripts: Transcripts,
  account: string,
): Promise<{ turns: Turn[]; previousId?: string }> {
  const name = conversationOf(body)
  if (name !== undefined) {
    const turns = await transcripts.turnsOf(name, account)
    return { turns: turns.slice(turns.findLastIndex(({ isLocal }) => !isLocal) + 1) }
  }
  const turns: Turn[] = []
  let previousId = stringOf(body['previous_response_id'])
  for (let at = 0; at < longestChain && previousId !== undefined; at += 1) {
    // Also one that the provider began, under an id of its own, and another target ended.
    const turn: Turn | undefined = await transcripts.find(previousId, account)
    if (!turn?.isLocal) break
    turns.unshift(turn)
    previousId = turn.previousId
  }
  return { turns, ...(previousId === undefined ? {} : { previousId }) }
}

function isLocalId(id: string): boolean {
  return id.includes(localMark)
}

/** An item of a local turn without what only a provider may write: ids, and reasoning that nobody sealed. */
async function mendItem(item: JsonValue, transcripts: Transcripts, account: string): Promise<JsonValue[]> {
  if (!isObject(item)) return [item]
  const summary = summaryOf(item)
  if (summary !== undefined)
    return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: tellSummary(summary) }] }]
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
  /^(?:reasoning|mcp_list_tools|(?:web_search|file_search|code_interpreter|image_generation|mcp|computer)_call)$/

/** An item of an answer as something that the client says. */
function asInput(item: JsonObject): JsonObject[] {
  const { id: _, ...said } = item
  const type = stringOf(said['type'])
  return type === undefined || providersOwn.test(type) ? [] : [said]
}

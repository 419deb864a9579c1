/** One request of a Responses conversation and its answer, as they are kept. Pure. */
import { isObject, arrayOf, objectOf, parseJson, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'

export interface Turn {
  /** The response's id; a name of Trooper's own where there is no response. */
  id: string
  /** A digest of the credential whose conversation this is. */
  account: string
  previousId?: string
  conversation?: string
  /** A local model or another account made the answer: the provider does not know it. */
  isLocal: boolean
  /** The items that the request added. */
  input: JsonValue[]
  /** The whole response object; unset for items that the client put into a conversation without asking anything. */
  response?: JsonObject
}

export function outputOf({ response }: Turn): JsonObject[] {
  return arrayOf(response?.['output']).map(objectOf)
}

/** Items that have their id from this turn: what a client sends along again has it from an earlier one. */
export function ownItemsOf(turn: Turn): JsonObject[] {
  return turn.response ? outputOf(turn) : turn.input.map(objectOf)
}

/** The same turn without one of its items; `undefined` when it holds none of that id. */
export function withoutItem(turn: Turn, itemId: string): Turn | undefined {
  const isOther = (item: JsonValue): boolean => objectOf(item)['id'] !== itemId
  const input = turn.input.filter(isOther)
  const output = outputOf(turn).filter(isOther)
  if (input.length === turn.input.length && output.length === outputOf(turn).length) return undefined
  return { ...turn, input, ...(turn.response ? { response: { ...turn.response, output } } : {}) }
}

export function decodeTurn(text: string | undefined): Turn | undefined {
  const turn = text === undefined ? undefined : parseJson(text)
  if (!isObject(turn) || !Array.isArray(turn['input'])) return undefined
  const { previousId, conversation, response } = turn
  return {
    id: stringOf(turn['id']) ?? '',
    account: stringOf(turn['account']) ?? '',
    isLocal: turn['isLocal'] === true,
    input: turn['input'],
    ...(isObject(response) ? { response } : {}),
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
export function isUnderWay({ status }: JsonObject): boolean {
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

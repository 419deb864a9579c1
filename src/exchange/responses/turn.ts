/** One request of a Responses conversation and its answer, as they are kept. Pure. */
import { parseExact } from '../../ir/exact-json.ts'
import {
  isObject,
  arrayOf,
  objectOf,
  only,
  parseJson,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'

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

/** A request as it came, and what it says. */
export interface Written {
  bytes: Buffer
  body: JsonObject
}

/**
 * As it is stored: JSON; and where the request is at hand as it came, that on a second line, with everything that the response
 * repeats of it. To write 150 KB anew takes as long as to read them.
 */
export function encodeTurn(turn: Turn, request?: Written): string | Buffer {
  const { input: _, response = {}, ...rest } = turn
  if (!request || mayHoldKeys(request.body) || isSaidTwice(request.body, response)) return JSON.stringify(turn)
  const own = Object.entries(response).filter(([name, value]) => value !== request.body[name])
  const repeats = Object.keys(response).filter((name) => response[name] === request.body[name])
  const head = JSON.stringify({ ...rest, response: Object.fromEntries(own), repeats })
  return Buffer.concat([Buffer.from(`${head}\n`), request.bytes])
}

/** A provider repeats the tools in its own words, which would be kept beside the client's. */
function isSaidTwice({ tools }: JsonObject, response: JsonObject): boolean {
  return tools !== undefined && response['tools'] !== undefined && tools !== response['tools']
}

/** What gets a key for somebody else's server is not for a disk. */
function mayHoldKeys({ tools }: JsonObject): boolean {
  return arrayOf(tools).some((tool) => objectOf(tool)['type'] === 'mcp')
}

export function decodeTurn(text = ''): Turn | undefined {
  const end = text.indexOf('\n')
  return end === -1 ? readTurn(parseJson(text)) : readTurn(joined(parseJson(text.slice(0, end)), text.slice(end)))
}

function joined(head: JsonValue | undefined, request: string): JsonValue | undefined {
  const body = parseExact(request)
  if (!isObject(head) || !isObject(body)) return undefined
  const repeats = new Set(arrayOf(head['repeats']).map((name) => stringOf(name) ?? ''))
  return { ...head, input: itemsOf(body['input']), response: { ...only(body, repeats), ...objectOf(head['response']) } }
}

function readTurn(turn: JsonValue | undefined): Turn | undefined {
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

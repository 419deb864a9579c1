/** Responses that Trooper made are fetched, listed and deleted here: no provider knows them (providers.md 5.2). */
import type { JsonObject } from '../../ir/json.ts'
import { madeHere } from '../../dialects/made-here.ts'
import type { Transcripts } from './transcripts.ts'
import type { Turn } from './turn.ts'

export interface KeptResponse {
  id: string
  part: 'response' | 'input_items'
}

/** `undefined` for an endpoint of the provider's; `path` starts after the version prefix. */
export function keptResponseAt(path: string): KeptResponse | undefined {
  const match = /^\/responses\/(resp_\w+)(\/input_items)?$/.exec(path)
  if (!match?.[1]?.startsWith(`resp_${madeHere}`)) return undefined
  return { id: match[1], part: match[2] === undefined ? 'response' : 'input_items' }
}

export async function readKept(
  { id, part }: KeptResponse,
  method: string,
  transcripts: Transcripts,
  account: string,
): Promise<{ status: number; body: JsonObject }> {
  const turn = await transcripts.find(id, account)
  if (!turn) return { status: 404, body: notFound(id) }
  if (method !== 'DELETE') return { status: 200, body: part === 'response' ? (turn.response ?? {}) : inputItems(turn) }
  await transcripts.forget(id, account)
  return { status: 200, body: { id, object: 'response', deleted: true } }
}

function inputItems({ input }: Turn): JsonObject {
  return { object: 'list', data: input, has_more: false, first_id: null, last_id: null }
}

function notFound(id: string): JsonObject {
  return {
    error: { message: `Response with id '${id}' not found.`, type: 'invalid_request_error', param: null, code: null },
  }
}

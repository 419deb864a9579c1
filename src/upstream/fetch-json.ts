/** A small question to a local server, outside any exchange. */
import { parseJson, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { Target } from '../routing/target.ts'
import { credentialHeader } from '../wire/headers.ts'
import type { Pools } from './pools.ts'

const patienceMs = 3000

/** The answer's JSON; `undefined` when there is none in time. Never throws: the exchange goes on without it. */
export async function fetchJson(
  pools: Pools,
  target: Target,
  path: string,
  body?: JsonObject,
): Promise<JsonValue | undefined> {
  try {
    const answer = await pools.at(target.url.origin).request({
      method: body ? 'POST' : 'GET',
      path: target.url.base + path,
      headers: ['content-type', 'application/json', ...(target.credential ? credentialHeader(target.credential) : [])],
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(patienceMs),
    })
    const text = await answer.body.text()
    return answer.statusCode === 200 ? parseJson(text) : undefined
  } catch {
    return undefined
  }
}

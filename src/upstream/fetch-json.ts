/** A small question to a local server, outside any exchange. */
import { strictText } from '../ir/exact-json.ts'
import { parseJson, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { Target } from '../routing/target.ts'
import { credentialHeader } from '../wire/headers.ts'
import type { Pools } from './pools.ts'

const patienceMs = 3000

/** What it takes to ask a server something: no model yet. */
export type Place = Pick<Target, 'url' | 'credential'>

export interface ServerAnswer {
  status: number
  /** Who it says it is (`server`), or nothing. */
  server: string
  text: string
  /** Unset: its text is no JSON. */
  json: JsonValue | undefined
}

export interface ServerQuestion {
  /** From the origin on. */
  path: string
  /** Unset: it is only read. */
  body?: JsonObject
  /** Until its answer is whole. */
  patienceMs?: number
  /** Ends it before. */
  signal?: AbortSignal
}

/** `undefined` when nobody answers in time. Never throws. */
export async function askServer(
  pools: Pools,
  { url, credential }: Place,
  { path, body, patienceMs: ms = patienceMs, signal }: ServerQuestion,
): Promise<ServerAnswer | undefined> {
  try {
    const answer = await pools.at(url.origin).request({
      method: body ? 'POST' : 'GET',
      path,
      headers: ['content-type', 'application/json', ...headersOf(credential)],
      body: body ? strictText(body) : null,
      signal: signal ? AbortSignal.any([signal, AbortSignal.timeout(ms)]) : AbortSignal.timeout(ms),
    })
    const text = await answer.body.text()
    const { server } = answer.headers
    return {
      status: answer.statusCode,
      server: typeof server === 'string' ? server : '',
      text,
      json: parseJson(text),
    }
  } catch {
    return undefined
  }
}

function headersOf(credential: Target['credential']): string[] {
  return credential ? credentialHeader(credential) : []
}

/** The JSON of a good answer from the base of a target's endpoint; `undefined` when there is none in time. */
export async function fetchJson(
  pools: Pools,
  target: Target,
  path: string,
  body?: JsonObject,
): Promise<JsonValue | undefined> {
  const answer = await askServer(pools, target, { path: target.url.base + path, ...(body && { body }) })
  return answer?.status === 200 ? answer.json : undefined
}

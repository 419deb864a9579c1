/** What every engine works with. */
import type { Clock } from '../clock.ts'
import type { JsonObject } from '../ir/json.ts'
import type { Log } from '../observe/log/log.ts'
import type { TargetUrl } from '../routing/target.ts'
import { askServer, type Place, type ServerAnswer } from '../upstream/fetch-json.ts'
import type { Pools } from '../upstream/pools.ts'
import type { Machine } from './memory.ts'
import type { Tokenizers } from './tokenizers/tokenizers.ts'

export interface Kit {
  pools: Pools
  clock: Clock
  log: Log
  machine: Machine
  /** `CONTEXT_MAX`, in tokens; unset: as much as memory allows. */
  contextMax: number | undefined
  tokenizers: Tokenizers
}

/** Asks a server at its root; `undefined` when it does not answer in time. */
export function ask(
  { pools }: Pick<Kit, 'pools'>,
  place: Place,
  path: string,
  body?: JsonObject,
  patienceMs?: number,
  signal?: AbortSignal,
): Promise<ServerAnswer | undefined> {
  const question = {
    path: rootOf(place.url) + path,
    ...(body && { body }),
    ...(patienceMs && { patienceMs }),
    ...(signal && { signal }),
  }
  return askServer(pools, place, question)
}

/** The bases of the compatible endpoints, each beside the server's own (local-engines.md 2.1, 3.2). */
const compatibleBase = /(?:\/api\/v0|(?:\/engines(?:\/[\w.-]+)?|\/anthropic)?\/v1)$/

/** The path under which all that a server has begins; not empty where a proxy stands before it. */
export function rootOf({ base }: TargetUrl): string {
  return base.replace(compatibleBase, '')
}

/** Loading a model takes minutes (local-engines.md 1.3: Ollama itself gives up after 5 without progress). */
export const loadMs = 600_000

/** What is in memory changes by itself. */
export const stateKeepMs = 5000
/** What a model can do changes only when another one takes its name. */
export const factsKeepMs = 600_000

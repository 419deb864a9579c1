/** Which window a model is loaded with, where that can be chosen: in few steps, as every change loads it anew (local-engines.md 1.6). */

const k = 1024
const smallest = 8 * k
/** Agents and coding tools need it (local-engines.md 1.5, 2.2). */
export const agentWindow = 32 * k
/** Of the memory for a cache, what a model is loaded with before anybody needs more. */
const firstShare = 1 / 4

export interface WindowNeeds {
  /** Prompt and room for its answer. */
  neededTokens: number
  /** What it was loaded with, or is being loaded with, by Trooper; 0: nothing. */
  chosen: number
  /** What it is loaded with now, by whomever. */
  loaded: number | undefined
}

export interface WindowBounds {
  /** What the model was made for. */
  limit: number | undefined
  /** `CONTEXT_MAX`: the person's word, in the place of any estimate of memory. */
  contextMax: number | undefined
  /** What the model itself asks for (`num_ctx` of a Modelfile): somebody wanted at least that, whatever is estimated. */
  floor: number | undefined
  /** Bytes for the cache, and of it for a token. */
  room: { bytes: number; bytesPerToken: number } | undefined
  /** One that could not be loaded, as the memory was too small. */
  tooLarge: number | undefined
}

export function chooseWindow({ neededTokens, chosen, loaded = 0 }: WindowNeeds, bounds: WindowBounds): number {
  // What is loaded is held in memory already, whatever is estimated; only somebody's word or the model's limit makes it too large.
  const kept = loaded <= wordOf(bounds) ? Math.max(chosen, loaded) : chosen
  if (kept > 0 && kept >= neededTokens) return kept
  const first = firstWindow(bounds)
  return Math.max(kept, Math.min(mostTokens(bounds), neededTokens <= first ? first : stepFor(neededTokens)))
}

/** What no conversation gets more than. */
export function mostTokens(bounds: WindowBounds): number {
  const { contextMax, floor = 0, room, tooLarge } = bounds
  const byMemory =
    contextMax !== undefined || room === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(floor, smallest, stepWithin(room.bytes / room.bytesPerToken))
  const byFailure = tooLarge === undefined ? Number.POSITIVE_INFINITY : Math.max(smallest, stepWithin(tooLarge - 1))
  return Math.min(wordOf(bounds), byMemory, byFailure)
}

function wordOf({ limit, contextMax }: WindowBounds): number {
  return Math.min(limit ?? Number.POSITIVE_INFINITY, contextMax ?? Number.POSITIVE_INFINITY)
}

/** Large enough for an agent where the memory is. */
function firstWindow({ floor = 0, room }: WindowBounds): number {
  const share = room === undefined ? 0 : (room.bytes * firstShare) / room.bytesPerToken
  return Math.max(floor, smallest, Math.min(agentWindow, stepWithin(share)))
}

/** The smallest step that holds so many. */
export function stepFor(tokens: number): number {
  let step = smallest
  while (step < tokens) step *= 2
  return step
}

/** The largest step that so many hold; 0: none. */
function stepWithin(tokens: number): number {
  let step = smallest
  if (tokens < step) return 0
  while (step * 2 <= tokens) step *= 2
  return step
}

/** What of a conversation is left out: a few numbers, so that its next turn can be cut at the same place and keep the engine's cache. */
import type { Message } from '../../ir/request.ts'

/** Places are indexes of messages; each only ever grows while a conversation does. */
export interface Cut {
  /** The tokens that it was made for, by the count of that time. */
  budget: number
  /** Results of tools before it, and the arguments of calls, keep `resultTokens` each: of every long text the head, the end and what stands out between. */
  shrunkBefore: number
  resultTokens: number
  /** Thoughts before it are left out. */
  thoughtlessBefore: number
  /** Messages before it are left out, those in `kept` apart. */
  droppedBefore: number
  kept: readonly number[]
  /** Of all images, in their order, so many of the first; words stand in the place of each. */
  imagesLeftOut: number
  /** What the notes in place of left out messages may say, all of them together. 0: only that something was left out. */
  noteTokens: number
  /** Every text loses its middle beyond so many tokens; the system's do not. */
  textTokens: number | undefined
  /** Descriptions of tools, and of their parameters, keep so many. */
  toolTokens: number | undefined
}

export const nothingCut: Cut = {
  budget: 0,
  shrunkBefore: 0,
  resultTokens: 0,
  thoughtlessBefore: 0,
  droppedBefore: 0,
  kept: [],
  imagesLeftOut: 0,
  noteTokens: 0,
  textTokens: undefined,
  toolTokens: undefined,
}

/** Neighbours that are left out together: one note stands in their place. */
export interface Run {
  at: number
  messages: readonly Message[]
}

export function isDropped({ droppedBefore, kept }: Cut, at: number): boolean {
  return at < droppedBefore && !kept.includes(at)
}

/** How many runs there are, without looking at every message. */
export function countDroppedRuns(messages: number, { droppedBefore, kept }: Cut): number {
  let [runs, from] = [0, 0]
  for (const at of keptBefore(droppedBefore, kept)) {
    if (at > from) runs += 1
    from = at + 1
  }
  return from < Math.min(droppedBefore, messages) ? runs + 1 : runs
}

/** Of those in `kept`, the ones before this place, each once and in their order. */
export function keptBefore(place: number, kept: readonly number[]): number[] {
  return [...new Set(kept)].filter((at) => at < place).sort((a, b) => a - b)
}

export function droppedRuns(messages: readonly Message[], cut: Cut): Run[] {
  const runs: Run[] = []
  let at = 0
  while (at < Math.min(cut.droppedBefore, messages.length)) {
    let end = at
    while (end < messages.length && isDropped(cut, end)) end += 1
    if (end > at) runs.push({ at, messages: messages.slice(at, end) })
    at = end + 1
  }
  return runs
}

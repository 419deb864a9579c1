/** How much of a window is kept for the answer. */
import type { ChatRequest } from '../../ir/request.ts'

/** Room for an answer whose length the client left open. */
const usualTokens = 2048
/** Agents ask for 32,000 tokens and more whatever they need (real-clients.md 2): reserving all of it would fill the memory instead. */
const largestTokens = 16_384
/** A conversation is worth more than a long answer to what is left of it. */
const largestShare = 1 / 4

/** In tokens, in a window of this size or in one that is yet to be chosen. */
export function roomForAnswer({ sampling }: ChatRequest, windowTokens = Number.POSITIVE_INFINITY): number {
  const wanted = Math.min(sampling.maxOutputTokens ?? usualTokens, largestTokens)
  return Math.min(wanted, Math.floor(windowTokens * largestShare))
}

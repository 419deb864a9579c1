/** How much of a window is kept for the answer. */
import type { ChatRequest } from '../ir/request.ts'

/** Room for an answer whose length the client left open. */
const usualTokens = 2048
/** Agents ask for 32,000 tokens and more whatever they need (real-clients.md 2): reserving all of it would fill the memory instead. */
const largestTokens = 16_384

/** In tokens. */
export function roomForAnswer({ sampling }: ChatRequest): number {
  return Math.min(sampling.maxOutputTokens ?? usualTokens, largestTokens)
}

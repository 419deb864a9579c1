/** Tokens of several calls as those of one. */
import type { Usage } from './events.ts'
import { defined } from './json.ts'

/** What nobody stated stays unknown. */
export function addUsage(first: Usage, second: Usage): Usage {
  return defined({
    inputTokens: sum(first.inputTokens, second.inputTokens),
    cacheReadTokens: sum(first.cacheReadTokens, second.cacheReadTokens),
    cacheWriteTokens: sum(first.cacheWriteTokens, second.cacheWriteTokens),
    outputTokens: sum(first.outputTokens, second.outputTokens),
    reasoningTokens: sum(first.reasoningTokens, second.reasoningTokens),
  })
}

function sum(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined && second === undefined ? undefined : (first ?? 0) + (second ?? 0)
}

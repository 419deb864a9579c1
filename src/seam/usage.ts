/** What an answer cost that several targets wrote. */
import { countText } from '../context/vocabularies.ts'
import type { Usage } from '../ir/events.ts'
import type { Gathered } from '../ir/gathered.ts'
import { defined } from '../ir/json.ts'

/** `spent` is what the first half stated before it broke off: its prompt, mostly. What it wrote is estimated where it could not say so any more. */
export function sumUsage(spent: Usage, written: number, rest: Usage): Usage {
  const add = (first: number | undefined, second: number | undefined): number | undefined =>
    first === undefined && second === undefined ? undefined : (first ?? 0) + (second ?? 0)
  return defined({
    inputTokens: add(spent.inputTokens, rest.inputTokens),
    cacheReadTokens: add(spent.cacheReadTokens, rest.cacheReadTokens),
    cacheWriteTokens: add(spent.cacheWriteTokens, rest.cacheWriteTokens),
    outputTokens: add(Math.max(spent.outputTokens ?? 0, written), rest.outputTokens),
    reasoningTokens: add(spent.reasoningTokens, rest.reasoningTokens),
  })
}

/** An estimate of the tokens of an answer so far. */
export function writtenTokens({ blocks }: Gathered): number {
  return blocks.reduce((sum, { part }) => sum + countText(part.type === 'tool-call' ? part.input : part.text), 0)
}

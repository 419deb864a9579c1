/** What an answer cost that several targets wrote. */
import { countText } from '../context/count/vocabularies.ts'
import type { Usage } from '../ir/events.ts'
import type { Gathered } from '../ir/gathered.ts'
import { addUsage } from '../ir/usage.ts'

/** `spent` is what the first half stated before it broke off: its prompt, mostly. What it wrote is estimated where it could not say so any more. */
export function sumUsage(spent: Usage, written: number, rest: Usage): Usage {
  return addUsage({ ...spent, outputTokens: Math.max(spent.outputTokens ?? 0, written) }, rest)
}

/** An estimate of the tokens of an answer so far. */
export function writtenTokens({ blocks }: Gathered): number {
  return blocks.reduce((sum, { part }) => sum + countText(part.type === 'tool-call' ? part.input : part.text), 0)
}

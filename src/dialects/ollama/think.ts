/** Asked-for reasoning in Ollama's word for it (local-engines.md 1.1). */
import type { Reasoning } from '../../ir/request.ts'

/** What a model can do: `by-level` cannot be told not to think at all (gpt-oss). */
export type Thinking = 'never' | 'on-off' | 'by-level'

/** Asked-for reasoning as `think`: `true` is a 400 on a model that cannot, and one that can thinks unless it is told not to. */
export function thinkOf(
  reasoning: Reasoning | undefined,
  thinking: Thinking | undefined,
): boolean | string | undefined {
  const wanted = reasoning !== undefined && reasoning.effort !== 'none'
  switch (thinking) {
    case undefined:
      return reasoning?.effort === 'none' ? false : undefined
    case 'never':
      return undefined
    case 'on-off':
      return wanted
    case 'by-level':
      return wanted ? levelOf(reasoning) : 'low'
  }
}

function levelOf({ effort, budgetTokens }: Reasoning): string {
  if (effort === 'minimal' || effort === 'low') return 'low'
  if (effort === 'high' || effort === 'xhigh' || effort === 'max') return 'high'
  if (effort !== undefined || budgetTokens === undefined) return 'medium'
  if (budgetTokens < 4096) return 'low'
  return budgetTokens < 16_384 ? 'medium' : 'high'
}

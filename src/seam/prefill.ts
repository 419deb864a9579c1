/** Which models go on with a last message of their own, instead of beginning a new one or refusing it. */
import { thinksByBudget } from '../dialects/anthropic/reasoning.ts'
import type { ChatRequest } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'

/** Those whose renderer says so (local-engines.md 1.7); of the others it is not known. */
const ollamaFamilies = /(^|\/)(qwen3-coder|qwen3-vl|qwen3\.5|laguna|lfm2|command|olmo-?3)/

/** Claude up to 4.5, unless it thinks; later models refuse it (providers.md 3.1, 4.1). */
export function goesOnByItself(target: Target, request: ChatRequest): boolean {
  const model = target.model ?? request.model
  switch (target.dialect) {
    case 'anthropic':
      return thinksByBudget(model) && (request.reasoning === undefined || request.reasoning.effort === 'none')
    case 'ollama':
      return ollamaFamilies.test(model)
    case 'openai-chat':
    case 'openai-responses':
      return false
  }
}

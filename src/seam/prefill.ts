/** Which models go on with a last message of their own, instead of beginning a new one or refusing it. */
import { thinksByBudget } from '../dialects/anthropic/reasoning.ts'
import type { Target } from '../routing/target.ts'

/** Those whose renderer says so (local-engines.md 1.7); of the others it is not known. */
const ollamaFamilies = /(^|\/)(qwen3-coder|qwen3-vl|qwen3\.5|laguna|lfm2|command|olmo-?3)/

/** `model`: as the target knows it. Claude goes on up to 4.5; later models refuse it (providers.md 3.1, 4.1). */
export function goesOnByItself(target: Target, model: string): boolean {
  switch (target.dialect) {
    case 'anthropic':
      return thinksByBudget(model)
    case 'ollama':
      return ollamaFamilies.test(model)
    case 'openai-chat':
    case 'openai-responses':
      return false
  }
}

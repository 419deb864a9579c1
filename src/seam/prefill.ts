/** Which models go on with a last message of their own, instead of beginning a new one or refusing it. */
import { thinksByBudget } from '../dialects/anthropic/reasoning.ts'
import type { Target } from '../routing/target.ts'
import type { Way } from './overlap.ts'

/** Those whose renderer says so (local-engines.md 1.7); of the others it is not known. */
const ollamaFamilies = /(^|\/)(qwen3-coder|qwen3-vl|qwen3\.5|laguna|lfm2|command|olmo-?3)/

/** What is known of the server behind a target. */
export type Prefill = 'goes-on' | 'repeats-it-first' | 'begins-anew'

const ways: { readonly [P in Prefill]: Way } = {
  'goes-on': 'prefill',
  'repeats-it-first': 'echo',
  'begins-anew': 'plea',
}

/** How the second half of an answer is asked for; `model`: as the target knows it; `prefill`: unset where nothing is known of its server. */
export function wayAt(target: Target, model: string, prefill: Prefill | undefined): Way {
  if (prefill !== undefined) return ways[prefill]
  return goesOnByItself(target, model) ? 'prefill' : 'plea'
}

/** Claude goes on up to 4.5; later models refuse it (providers.md 3.1, 4.1). */
function goesOnByItself(target: Target, model: string): boolean {
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

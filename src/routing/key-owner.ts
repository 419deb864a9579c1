/** Whose a key is, by its first characters, where only one provider gives keys that begin so; the key itself is never shown. */
import type { Target } from './target.ts'

/** By the names of config/presets.ts where the provider is one of them. A plain `sk-…` is anybody's. */
const prefixes: readonly { prefix: string; owner: string }[] = [
  { prefix: 'sk-ant-', owner: 'Anthropic' },
  { prefix: 'sk-or-', owner: 'OpenRouter' },
  { prefix: 'sk-proj-', owner: 'OpenAI' },
  { prefix: 'sk-svcacct-', owner: 'OpenAI' },
  { prefix: 'sk-admin-', owner: 'OpenAI' },
  { prefix: 'gsk_', owner: 'Groq' },
  { prefix: 'xai-', owner: 'xAI' },
  { prefix: 'AIza', owner: 'Gemini' },
  { prefix: 'hf_', owner: 'Hugging Face' },
  { prefix: 'pplx-', owner: 'Perplexity' },
  { prefix: 'ghp_', owner: 'GitHub' },
  { prefix: 'gho_', owner: 'GitHub' },
  { prefix: 'ghu_', owner: 'GitHub' },
  { prefix: 'ghs_', owner: 'GitHub' },
  { prefix: 'github_pat_', owner: 'GitHub' },
]

/** `undefined` for a key that may be anybody's. */
export function ownerOf(key: string): string | undefined {
  return prefixes.find(({ prefix }) => key.startsWith(prefix))?.owner
}

/** How this provider's keys begin; `undefined` where they cannot be told from others'. */
export function prefixOf(provider: string): string | undefined {
  // OpenAI's older keys are plain ones.
  return provider === 'OpenAI' ? undefined : prefixes.find(({ owner }) => owner === provider)?.prefix
}

/**
 * Whose secret a client's own keys would hand to this target; `undefined` where that is nobody's. Behind an address that is not known to be
 * a provider's there may be a gateway that takes the keys of all of them. `keys` is asked only where it counts.
 */
export function misdirectedAt(
  { kind, credential, provider }: Pick<Target, 'kind' | 'credential' | 'provider'>,
  keys: () => readonly string[],
): string | undefined {
  if (kind !== 'cloud' || credential || provider === undefined) return undefined
  return keys()
    .map(ownerOf)
    .find((owner) => owner !== undefined && owner !== provider)
}

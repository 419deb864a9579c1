/** Whose a key seems to be, by its first characters; the key itself is never shown. */
import { bad, doubtful, good, type Finding } from './finding.ts'

/** Prefixes that only one provider gives its keys, the longer ones first. */
const prefixes: readonly { prefix: string; provider: string }[] = [
  { prefix: 'sk-ant-', provider: 'Anthropic' },
  { prefix: 'sk-or-', provider: 'OpenRouter' },
  { prefix: 'sk-proj-', provider: 'OpenAI' },
  { prefix: 'gsk_', provider: 'Groq' },
  { prefix: 'xai-', provider: 'xAI' },
  { prefix: 'AIza', provider: 'Gemini' },
]

/** `provider`: who answers where the key is sent, by its preset's name; `undefined` for one that is not known. */
export function judgeKey(subject: string, key: string, provider: string | undefined): Finding {
  const owner = prefixes.find(({ prefix }) => key.startsWith(prefix))?.provider
  const shape = `set, ${key.length} characters`
  if (provider !== undefined && owner !== undefined && owner !== provider)
    return bad(
      subject,
      `${shape}, in the form of a key of ${owner}, but it is sent to ${provider}`,
      `set the key of ${provider}`,
    )
  const own = prefixes.find((known) => known.provider === provider)
  if (own && provider !== 'OpenAI' && owner === undefined)
    return doubtful(subject, `${shape}, not in the form of a key of ${provider} (${own.prefix}…)`)
  return good(subject, owner === undefined ? shape : `${shape}, in the form of a key of ${owner}`)
}

/** What is known of the providers by their host: which dialects they speak beside the one that the URL names. */
import type { ClientDialectName } from '../dialects/dialect.ts'

interface Preset {
  name: string
  host: string
  speaks: ClientDialectName[]
}

/** Sources: the providers' own references; OpenRouter's skins: providers.md 1.7. */
const presets: readonly Preset[] = [
  { name: 'Anthropic', host: 'api.anthropic.com', speaks: ['anthropic'] },
  { name: 'OpenAI', host: 'api.openai.com', speaks: ['openai-chat', 'openai-responses'] },
  { name: 'Groq', host: 'api.groq.com', speaks: ['openai-chat', 'openai-responses'] },
  { name: 'Mistral', host: 'api.mistral.ai', speaks: ['openai-chat'] },
  { name: 'Together', host: 'api.together.xyz', speaks: ['openai-chat'] },
  { name: 'OpenRouter', host: 'openrouter.ai', speaks: ['anthropic', 'openai-chat', 'openai-responses'] },
  { name: 'DeepSeek', host: 'api.deepseek.com', speaks: ['openai-chat'] },
  { name: 'Gemini', host: 'generativelanguage.googleapis.com', speaks: ['openai-chat'] },
]

export function dialectsSpokenAt(host: string): readonly ClientDialectName[] {
  return presets.find((preset) => preset.host === host)?.speaks ?? []
}

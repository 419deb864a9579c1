/** What is known of the providers: which dialects they speak beside the one that the URL names, and their quirks. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { Quirk } from '../dialects/openai-chat/quirks.ts'

export interface Preset {
  name: string
  host: string
  /** Path of the endpoint that a target of this provider speaks unless it says otherwise. */
  path: string
  speaks: ClientDialectName[]
  /** What it wants beyond the dialect (providers.md 4.6). */
  quirks?: Quirk[]
}

/** Sources: the providers' own references; OpenRouter's skins: providers.md 1.7. */
const presets: readonly Preset[] = [
  { name: 'Anthropic', host: 'api.anthropic.com', path: '/v1/messages', speaks: ['anthropic'] },
  {
    name: 'OpenAI',
    host: 'api.openai.com',
    path: '/v1/chat/completions',
    speaks: ['openai-chat', 'openai-responses'],
    quirks: ['reasoning-refused'],
  },
  {
    name: 'Groq',
    host: 'api.groq.com',
    path: '/openai/v1/chat/completions',
    speaks: ['openai-chat', 'openai-responses'],
    quirks: ['reasoning-refused'],
  },
  {
    name: 'Mistral',
    host: 'api.mistral.ai',
    path: '/v1/chat/completions',
    speaks: ['openai-chat'],
    quirks: ['strict-roles', 'nine-character-ids', 'reasoning-refused'],
  },
  { name: 'Together', host: 'api.together.xyz', path: '/v1/chat/completions', speaks: ['openai-chat'] },
  {
    name: 'OpenRouter',
    host: 'openrouter.ai',
    path: '/api/v1/chat/completions',
    speaks: ['anthropic', 'openai-chat', 'openai-responses'],
  },
  {
    name: 'DeepSeek',
    host: 'api.deepseek.com',
    path: '/v1/chat/completions',
    speaks: ['openai-chat'],
    quirks: ['reasoning-required'],
  },
  { name: 'xAI', host: 'api.x.ai', path: '/v1/chat/completions', speaks: ['openai-chat', 'openai-responses'] },
  {
    name: 'Gemini',
    host: 'generativelanguage.googleapis.com',
    path: '/v1beta/openai/chat/completions',
    speaks: ['openai-chat'],
    quirks: ['thought-signatures', 'reasoning-refused'],
  },
]

/** Anthropic's key has a header of its own; everybody else's is a bearer token. */
export function keyHeader({ name }: Pick<Preset, 'name'>): string {
  return name === 'Anthropic' ? 'x-api-key' : 'Authorization'
}

/** The provider by its name, in any case, or by the host of its URL; `undefined` for one that is not known. */
export function findPreset(name: string | undefined, host: string): Preset | undefined {
  if (name === undefined) return presets.find((preset) => preset.host === host)
  return presets.find((preset) => preset.name.toLowerCase() === name.toLowerCase())
}

export const presetNames = presets.map(({ name }) => name.toLowerCase())

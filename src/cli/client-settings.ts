/** How the known clients are told where Trooper is: variables of their environment, and arguments where they read none. */
import { basename } from 'node:path'
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { Chains } from '../routing/chains.ts'
import { speaks, type Target } from '../routing/target.ts'

interface Variable {
  name: string
  dialects: readonly ClientDialectName[]
  /** What the client appends to is this path of Trooper's (providers.md 6). */
  path: '' | '/v1'
  /** Set where clients of this variable hold a key of one provider, which is nobody else's to see. */
  host?: string
}

/** Claude Code and the Anthropic SDKs; the OpenAI SDKs, and what was built on the older ones; the SDKs of two more providers. */
const variables: readonly Variable[] = [
  { name: 'ANTHROPIC_BASE_URL', dialects: ['anthropic'], path: '' },
  { name: 'OPENAI_BASE_URL', dialects: ['openai-chat', 'openai-responses'], path: '/v1' },
  { name: 'OPENAI_API_BASE', dialects: ['openai-chat'], path: '/v1' },
  { name: 'GROQ_BASE_URL', dialects: ['openai-chat'], path: '', host: 'https://api.groq.com' },
  { name: 'TOGETHER_BASE_URL', dialects: ['openai-chat'], path: '/v1', host: 'https://api.together.xyz' },
]

/** What a client sends as its key, where Trooper wants a token of its own. */
const keys = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GROQ_API_KEY', 'TOGETHER_API_KEY'] as const

/**
 * The variables for a client of the Trooper at `url`. A client whose provider nobody in its chain is keeps its own address: its key
 * would reach a stranger. `token`: what Trooper demands in the place of a key.
 */
export function clientVariables(url: string, chains: Chains, token: string | undefined): Record<string, string> {
  const served = variables.filter((variable) =>
    variable.dialects.some((dialect) => serves(chains[dialect][0], variable, dialect)),
  )
  const places = served.map(({ name, path }) => [name, url + path])
  return Object.fromEntries([...places, ...(token === undefined ? [] : keys.map((name) => [name, token]))])
}

function serves(first: Target, { host }: Variable, dialect: ClientDialectName): boolean {
  if (first.kind === 'local' || first.credential) return true
  return host === undefined ? speaks(first, dialect) : first.url.origin === host
}

/**
 * Codex reads its base URL from its configuration alone (real-clients.md 1), and compresses what it asks where it is logged in to ChatGPT.
 * `readsZstd`: that can be read here.
 */
export function clientArguments(command: string, url: string, readsZstd: boolean): string[] {
  if (basename(command).replace(/\.(?:exe|cmd)$/, '') !== 'codex') return []
  const plain = readsZstd ? [] : ['-c', 'features.enable_request_compression=false']
  return ['-c', `openai_base_url="${url}/v1"`, ...plain]
}

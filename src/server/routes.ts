/** (method, path) -> what is wanted; a table, no framework. Sources of the paths: providers.md 5 and 6. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import { compactPath } from '../dialects/openai-responses/compaction.ts'
import type { OllamaFact } from '../dialects/ollama/facts.ts'

export type Route =
  | { to: 'own'; page: 'root' | 'health' | 'ready' }
  | { to: 'own'; page: 'dashboard'; path: string }
  /** Guarded like an endpoint, as it tells more than that Trooper is there. */
  | { to: 'metrics' }
  /** Trooper's own tools, for agents. */
  | { to: 'mcp' }
  /** `compacts`: the conversation itself is to be made short, at an endpoint for that alone. */
  | { to: 'conversation'; dialect: ClientDialectName; query: string; compacts?: true }
  /** Any other endpoint of the provider; `path` starts after the version prefix. */
  | { to: 'provider'; path: string; query: string }
  /** What apps ask an Ollama beside the conversation. */
  | { to: 'ollama-fact'; fact: OllamaFact }
  /** What a person sees and steers (src/admin); `path` starts after its prefix. */
  | { to: 'api'; path: string; query: string }
  | { to: 'upgrade-refused' }
  | { to: 'not-found' }

/** What SDKs put before an endpoint, longest first: some add a version of their own to the base URL's (providers.md 6). */
const prefixes = ['/v1/openai/v1', '/openai/v1', '/v1/v1', '/v1'] as const

/** Ollama's own API has no version in its paths (local-engines.md 1.1, 1.4). */
const ollamaFacts: Readonly<Record<string, { method: string; fact: OllamaFact }>> = {
  '/api/tags': { method: 'GET', fact: 'tags' },
  '/api/ps': { method: 'GET', fact: 'ps' },
  '/api/version': { method: 'GET', fact: 'version' },
  '/api/show': { method: 'POST', fact: 'show' },
}

const ollamaConversations = new Set(['/api/chat', '/api/generate'])

const conversations: Readonly<Record<string, { dialect: ClientDialectName; compacts?: true }>> = {
  '/messages': { dialect: 'anthropic' },
  '/chat/completions': { dialect: 'openai-chat' },
  '/responses': { dialect: 'openai-responses' },
  [compactPath]: { dialect: 'openai-responses', compacts: true },
}

/** Conversations as nearly all are asked for: one look-up (~30 ns). */
const usualRoutes: ReadonlyMap<string, Route> = new Map(
  ['', ...prefixes].flatMap((prefix) =>
    Object.entries(conversations).map(([endpoint, conversation]): [string, Route] => [
      prefix + endpoint,
      { to: 'conversation', ...conversation, query: '' },
    ]),
  ),
)

/** Endpoint families that clients with an unversioned base URL ask for; under a version prefix every path is forwarded. */
const providerFamilies = new Set(
  (
    'messages models files embeddings completions chat responses images audio moderations batches uploads fine_tuning vector_stores ' +
    'conversations containers videos skills assistants threads evals realtime organizations user_profiles rerank ocr fim agents complete key ' +
    'credits generation'
  ).split(' '),
)

const ownPages: Readonly<Record<string, 'root' | 'health' | 'ready'>> = {
  '/': 'root',
  '/healthz': 'health',
  '/readyz': 'ready',
}

const apiPrefix = '/trooper/api/'

export function findRoute(method: string, url: string, isUpgrade: boolean): Route {
  const usual = method === 'POST' && !isUpgrade ? usualRoutes.get(url) : undefined
  if (usual) return usual
  const mark = url.indexOf('?')
  const path = withoutSlash(mark === -1 ? url : url.slice(0, mark))
  const query = mark === -1 ? '' : url.slice(mark)
  const isRead = method === 'GET' || method === 'HEAD'
  const page = isRead ? ownPages[path] : undefined
  if (page !== undefined) return { to: 'own', page }
  if (isRead && path === '/metrics') return { to: 'metrics' }
  if (path === '/mcp') return { to: 'mcp' }
  if (path.startsWith(apiPrefix)) return { to: 'api', path: path.slice(apiPrefix.length - 1), query }
  if (isRead && (path === '/dashboard' || path.startsWith('/dashboard/'))) return { to: 'own', page: 'dashboard', path }
  if (method === 'POST' && ollamaConversations.has(path)) return { to: 'conversation', dialect: 'ollama', query: '' }
  const asked = ollamaFacts[path]
  if (asked && (method === asked.method || method === 'HEAD')) return { to: 'ollama-fact', fact: asked.fact }
  const prefix = prefixes.find(
    (candidate) => path.startsWith(candidate) && (path.length === candidate.length || path[candidate.length] === '/'),
  )
  const endpoint = prefix === undefined ? path : path.slice(prefix.length)
  const conversation = conversations[endpoint]
  // Codex asks for a WebSocket first and takes nothing but 426 as a plain no (real-clients.md 3).
  if (isUpgrade)
    return conversation === undefined && prefix === undefined ? { to: 'not-found' } : { to: 'upgrade-refused' }
  if (conversation !== undefined && method === 'POST') return { to: 'conversation', ...conversation, query }
  if (isClean(endpoint) && (prefix !== undefined || providerFamilies.has(endpoint.split('/')[1] ?? '')))
    return { to: 'provider', path: endpoint, query }
  return { to: 'not-found' }
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.replace(/\/+$/, '') || '/' : path
}

/** A path that climbs out of the provider's base, in any spelling, goes nowhere. */
function isClean(endpoint: string): boolean {
  return endpoint.startsWith('/') && !/(^|\/|%2f)(\.|%2e){1,2}(\/|%2f|$)|\/\/|\\|%5c/i.test(endpoint)
}

/** One place that can answer, and where its endpoints are. */
import type { ClientDialectName } from '../dialects/dialect.ts'
import type { ModelSource } from '../embedded/source.ts'
import type { Quirk } from '../dialects/openai-chat/quirks.ts'
import type { DialectName } from '../ir/request.ts'
import type { ModelMap } from './model-map.ts'
import type { Credential } from '../wire/headers.ts'

export interface Target {
  /** Unique in its chain; what headers and logs call it. */
  name: string
  kind: 'cloud' | 'local'
  dialect: DialectName
  /** Dialects it speaks at the same base, its own included. */
  speaks: readonly DialectName[]
  url: TargetUrl
  /** The model asked for; unset: the one that the client names, or what `models` makes of it. */
  model?: string
  models?: ModelMap
  /** Unset: the client's own credential is forwarded. */
  credential?: Credential
  /** A model that runs in a process of Trooper's own; its credential is made at the start. */
  embedded?: ModelSource
  /** Who runs it, as config/presets.ts calls them; unset: nobody known. */
  provider?: string
  /** What its provider wants beyond the dialect. */
  quirks?: readonly Quirk[]
}

export interface TargetUrl {
  origin: string
  /** Path up to the endpoint, without a trailing slash: `/v1`, `/openai/v1`, or empty. */
  base: string
  /** The query that the configured URL carries (Azure's `api-version`), with its `?`, or empty. */
  query: string
  /** The URL for people: without user, password and query, which may hold a key. */
  text: string
}

/** The last part of a conversation endpoint's path, which names the dialect. */
export const endpointPaths: { readonly [D in DialectName]: string } = {
  anthropic: '/messages',
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  ollama: '/api/chat',
}

/** Splits a target's URL at its endpoint; `undefined` when the path names no dialect. */
export function readTargetUrl(url: URL): { dialect: DialectName; url: TargetUrl } | undefined {
  const path = url.pathname.replace(/\/+$/, '')
  for (const dialect of dialectNames) {
    const endpoint = endpointPaths[dialect]
    if (path.endsWith(endpoint)) {
      const base = path.slice(0, -endpoint.length)
      return { dialect, url: { origin: url.origin, base, query: url.search, text: url.origin + path } }
    }
  }
  return undefined
}

const dialectNames: readonly DialectName[] = ['anthropic', 'openai-chat', 'openai-responses', 'ollama']

export function speaks(target: Target, dialect: ClientDialectName): boolean {
  return target.speaks.includes(dialect)
}

/** Path and query of an endpoint at this target; the client's own query is kept. */
export function pathAt(target: Target, endpoint: string, query: string): string {
  const own = target.url.query
  if (own === '' || query === '') return target.url.base + endpoint + (query === '' ? own : query)
  return `${target.url.base}${endpoint}${own}&${query.slice(1)}`
}

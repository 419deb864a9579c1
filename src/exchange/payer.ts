/** Whose quota, and whose conversation, a request uses; and whose turn it is. */
import { createHash } from 'node:crypto'
import type { Target } from '../routing/target.ts'
import { headerOf, type HeaderList } from '../wire/headers.ts'
import type { Incoming, Services } from './outcome.ts'

/** Where clients put who pays (providers.md 6); some providers take it in the query. */
const credentialNames = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']
/** Where they name the session: one person may have several at work (real-clients.md 2, 3). */
const sessionNames = ['x-claude-code-session-id', 'session-id']

/** What stands beside it there says what is asked for, not by whom. */
function credentialsIn(query: string): string[] {
  if (query === '') return []
  const named = [...new URLSearchParams(query)].filter(([name]) => /(key|token|secret|signature|auth)$/i.test(name))
  return named.map(([, value]) => value)
}

/** A digest of the credential that a target would see; never the credential. */
export function accountAt(target: Target, headers: HeaderList, query: string): string {
  return digest(target.credential?.value ?? credentialIn(headers, query))
}

/** A digest of who asks: the credential, the session and the address that a request comes with. */
export function askerOf({ headers, query, address }: Pick<Incoming, 'headers' | 'query' | 'address'>): string {
  const session = sessionNames.map((name) => headerOf(headers, name))
  return digest([credentialIn(headers, query), ...session, address?.()].join('\n'))
}

/** Every key that a request comes with, without the word before it. */
export function keysIn(headers: HeaderList, query: string): string[] {
  const sent = credentialNames.flatMap((name) => headerOf(headers, name)?.replace(/^bearer\s+/i, '') ?? [])
  return [...sent, ...credentialsIn(query)]
}

function credentialIn(headers: HeaderList, query: string): string {
  return [...credentialNames.map((name) => headerOf(headers, name)), ...credentialsIn(query)].join('\n')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

/** What has to be known of a request to tell whose it is. */
export type Asking = Pick<Incoming, 'dialect' | 'headers' | 'query'>

/** True of the account at which the client keeps things: files, responses, conversations. It is that of the first target, whatever the model. */
export function isHome({ chains }: Pick<Services, 'chains'>, incoming: Asking, target: Target): boolean {
  const { dialect, headers, query } = incoming
  const [first] = chains[dialect]
  if (target === first) return target.dialect === dialect
  const isSamePlace = target.dialect === dialect && target.url.origin === first.url.origin
  return isSamePlace && accountAt(target, headers, query) === accountAt(first, headers, query)
}

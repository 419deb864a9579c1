/** Whose quota, and whose conversation, a request uses. */
import { createHash } from 'node:crypto'
import type { Target } from '../routing/target.ts'
import { headerOf, type HeaderList } from '../wire/headers.ts'
import type { Incoming, Services } from './outcome.ts'

/** Where clients put who pays (providers.md 6); some providers take it in the query. */
const credentialNames = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']

/** What stands beside it there says what is asked for, not by whom. */
function credentialsIn(query: string): string[] {
  if (query === '') return []
  const named = [...new URLSearchParams(query)].filter(([name]) => /(key|token|secret|signature|auth)$/i.test(name))
  return named.map(([, value]) => value)
}

/** A digest of the credential that a target would see; never the credential. */
export function accountAt(target: Target, headers: HeaderList, query: string): string {
  const credential =
    target.credential?.value ??
    [...credentialNames.map((name) => headerOf(headers, name)), ...credentialsIn(query)].join('\n')
  return createHash('sha256').update(credential).digest('base64url').slice(0, 16)
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

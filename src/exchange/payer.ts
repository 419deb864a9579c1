/** Whose quota, and whose conversation, a request uses. */
import { createHash } from 'node:crypto'
import type { Target } from '../routing/target.ts'
import { headerOf, type HeaderList } from '../wire/headers.ts'

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

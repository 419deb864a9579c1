/**
 * Who may use Trooper: it stands in front of an API key, and every web page and every machine nearby can reach a port.
 * Pure rules on a request's headers; comparing the token in constant time, and not too often, is the caller's part.
 */
import type { Checked } from '../admin/guesses.ts'

export interface GuardRules {
  /** Lower-case host names without a port, loopback names not included. */
  hosts: ReadonlySet<string>
  /** Web origins that may call, as browsers write them. */
  origins: ReadonlySet<string>
  /** Every request must carry the token. */
  needsToken: boolean
}

/** The headers that the rules look at. */
export interface GuardedHeaders {
  host?: string | undefined
  origin?: string | undefined
  fetchSite?: string | undefined
  fetchMode?: string | undefined
  authorization?: string | undefined
  apiKey?: string | undefined
}

/** `afterSeconds`: when it is worth coming again. */
export type Refusal = { status: 401 | 403 | 429; sentence: string; afterSeconds?: number }

/** `undefined`: the request may pass. */
export function refuse(
  rules: GuardRules,
  headers: GuardedHeaders,
  check: (given: readonly string[]) => Checked,
  isOwnPage: boolean,
): Refusal | undefined {
  const host = hostName(headers.host ?? '')
  if (!isLoopbackName(host) && !rules.hosts.has(host)) {
    // A foreign name that resolves to this machine is how DNS rebinding lets a web page in.
    return {
      status: 403,
      sentence: `Trooper does not answer to the host name '${printable(host)}'; add it to TROOPER_ALLOWED_HOSTS if it is yours.`,
    }
  }
  if (isForeignPage(rules, headers, isOwnPage)) {
    const from = printable(headers.origin ?? 'another site')
    return {
      status: 403,
      sentence: `Trooper does not serve web pages of ${from}; add the origin to TROOPER_ALLOWED_ORIGINS if it is yours.`,
    }
  }
  return rules.needsToken ? refuseToken(check(candidates(headers))) : undefined
}

function refuseToken(checked: Checked): Refusal | undefined {
  switch (checked.is) {
    case 'right':
      return undefined
    case 'wrong':
      return {
        status: 401,
        sentence: 'Trooper wants its own token as the API key; set your client’s key to the value of TROOPER_TOKEN.',
      }
    case 'too-soon': {
      const { afterSeconds } = checked
      const sentence = `Too many wrong tokens came to Trooper from where your client is; try again in ${afterSeconds} s.`
      return { status: 429, sentence, afterSeconds }
    }
  }
}

/**
 * Browsers name the page's origin on every POST, and the relation of the sites on every request. A link from elsewhere may open
 * one of Trooper's own pages, but never an endpoint that spends the key.
 */
function isForeignPage(rules: GuardRules, headers: GuardedHeaders, isOwnPage: boolean): boolean {
  const { origin, host, fetchSite, fetchMode } = headers
  if (origin !== undefined)
    return !rules.origins.has(origin.toLowerCase()) && origin !== `http://${host}` && origin !== `https://${host}`
  return (fetchSite === 'cross-site' || fetchSite === 'same-site') && !(isOwnPage && fetchMode === 'navigate')
}

/** Where SDKs put their key (providers.md 6). */
function candidates({ authorization, apiKey }: GuardedHeaders): string[] {
  const bearer = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1]
  return [bearer, apiKey].filter((value) => value !== undefined)
}

/** The name in a `Host` header, without port, lower-case; `[::1]` keeps its brackets. */
export function hostName(host: string): string {
  const name = host.toLowerCase()
  const colon = name.indexOf(':', name[0] === '[' ? name.indexOf(']') : 0)
  // More than one colon outside brackets: an IPv6 address, which has no port then.
  if (name[0] !== '[' && colon !== -1 && name.includes(':', colon + 1)) return `[${name}]`
  const bare = colon !== -1 && isPort(name, colon + 1) ? name.slice(0, colon) : name
  return bare.at(-1) === '.' ? bare.slice(0, -1) : bare
}

function isPort(text: string, from: number): boolean {
  for (let at = from; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return false
  }
  return from < text.length
}

export function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name === '127.0.0.1' || name === '[::1]') return true
  return name.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(name)
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100)
}

/** Targets that are Trooper itself: each would ask it again, for ever, until the machine has no connection left. */
import { knownPorts, portOf, type KnownPorts } from '../engines/places.ts'
import type { Chains } from '../routing/chains.ts'
import type { Target } from '../routing/target.ts'

/** Where Trooper listens; port 0 is none that anybody could have named. */
interface Own {
  host: string
  port: number
}

export function findOwn(chains: Chains, own: Own): Target | undefined {
  const targets: Target[] = Object.values(chains).flat()
  return targets.find(({ url, embedded }) => !embedded && isThere(new URL(url.origin), own))
}

/** Where engines are looked for: at none of these places does Trooper itself listen. */
export function portsBeside(own: Own): KnownPorts {
  return knownPorts.filter(([port]) => !isThere(new URL(`http://localhost:${port}`), own))
}

function isThere({ hostname, protocol, origin }: URL, { host, port }: Own): boolean {
  if (port === 0 || protocol !== 'http:' || portOf(origin) !== port) return false
  const name = host.replace(/^\[(.*)\]$/, '$1')
  const isNamed = hostname.replace(/^\[(.*)\]$/, '$1') === name
  return isNamed || (isLoopbackHost(hostname) && (isLoopbackHost(host) || isEveryAddress(name)))
}

/** As a setting or a URL writes it. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** What a server listens at that any of the machine's addresses leads to. */
export function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** Which headers cross Trooper, in both directions: an open list, so that tomorrow's beta header passes today. */

/** Name and value in turn, as `node:http` and undici write them: order, spelling and repeats survive. */
export type HeaderList = string[]

/** How a target wants to be told who pays. */
export interface Credential {
  /** Header name as configured; `Authorization` carries `Bearer <value>`. */
  header: string
  value: string
}

/** Meant for one connection only (RFC 9110 7.6.1), or set anew by the HTTP library. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Nor are these the client's to say: the connection's own host, and `expect`, which the server has already answered. */
const notForTargets = new Set([...hopByHop, 'host', 'expect', 'content-length', 'accept-encoding'])

/** A bit for the length of each: most names can be told apart from all of them by that, without a copy in lower case. */
function lengthsOf(names: ReadonlySet<string>): number {
  let bits = 0
  for (const { length } of names) bits |= 1 << length
  return bits
}

/** `name` in any case; none of them is longer than 31. */
function isOneOf(names: ReadonlySet<string>, lengths: number, name: string): boolean {
  return name.length < 32 && ((lengths >>> name.length) & 1) === 1 && names.has(name.toLowerCase())
}

const hopByHopLengths = lengthsOf(hopByHop)
const notForTargetsLengths = lengthsOf(notForTargets)

const credentialHeaders = new Set(['authorization', 'x-api-key'])

/**
 * The headers of a relayed request. Compressed answers are refused (`identity`), because Trooper reads what it relays.
 * With a credential of the target's own, every credential of the client's is removed first.
 */
export function requestHeaders(raw: HeaderList, credential: Credential | undefined): HeaderList {
  const named = namedByConnection(raw)
  const own = credential?.header.toLowerCase()
  const headers: HeaderList = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    if (isOneOf(notForTargets, notForTargetsLengths, name) || named?.has(name.toLowerCase())) continue
    if (own !== undefined && isCredential(name.toLowerCase(), own)) continue
    headers.push(name, raw[at + 1] ?? '')
  }
  headers.push('accept-encoding', 'identity')
  if (credential !== undefined) headers.push(...credentialHeader(credential))
  return headers
}

function isCredential(lower: string, own: string): boolean {
  return lower === own || credentialHeaders.has(lower)
}

export function credentialHeader({ header, value }: Credential): [name: string, value: string] {
  return [header, header.toLowerCase() === 'authorization' ? `Bearer ${value}` : value]
}

/** The headers of a relayed answer. `content-length` stays: the bytes are the same. */
export function responseHeaders(raw: HeaderList): HeaderList {
  const named = namedByConnection(raw)
  const headers: HeaderList = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    if (!isOneOf(hopByHop, hopByHopLengths, name) && !named?.has(name.toLowerCase()))
      headers.push(name, raw[at + 1] ?? '')
  }
  return headers
}

/** For an answer whose length may yet change. */
export function withoutLength(headers: HeaderList): HeaderList {
  return withoutFields(headers, ['content-length'])
}

/** `names` in lower case. */
export function withoutFields(headers: HeaderList, names: readonly string[]): HeaderList {
  return headers.filter((_, at) => !names.includes((headers[at - (at % 2)] ?? '').toLowerCase()))
}

/** What the `Connection` headers name besides themselves (RFC 9110 7.6.1); `undefined` in the usual case of nothing. */
function namedByConnection(raw: HeaderList): Set<string> | undefined {
  let named: Set<string> | undefined
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    if (name.length !== 'connection'.length || name.toLowerCase() !== 'connection') continue
    const value = (raw[at + 1] ?? '').toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    named ??= new Set()
    for (const entry of value.split(',')) named.add(entry.trim())
  }
  return named
}

/** A header's value by its name in any case. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if ((headers[at] ?? '').toLowerCase() === name) return headers[at + 1]
  }
  return undefined
}

/** A text made safe for a header value (RFC 9110 5.5): printable ASCII on one line, bounded. */
export function headerText(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 1000)
}

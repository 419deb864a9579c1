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

/** Not the client's to say: the connection's own host, and `expect`, which the server has already answered. */
const ownToEachSide = new Set(['host', 'expect', 'content-length', 'accept-encoding'])

const credentialHeaders = new Set(['authorization', 'x-api-key'])

/**
 * The headers of a relayed request. Compressed answers are refused (`identity`), because Trooper reads what it relays.
 * With a credential of the target's own, every credential of the client's is removed first.
 */
export function requestHeaders(
  raw: HeaderList,
  connection: string | undefined,
  credential: Credential | undefined,
): HeaderList {
  const named = connection === undefined ? undefined : namedIn(connection)
  const own = credential?.header.toLowerCase()
  const headers: HeaderList = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || ownToEachSide.has(lower) || named?.has(lower)) continue
    if (credential !== undefined && (lower === own || credentialHeaders.has(lower))) continue
    headers.push(name, raw[at + 1] ?? '')
  }
  headers.push('accept-encoding', 'identity')
  if (credential !== undefined) headers.push(...credentialHeader(credential))
  return headers
}

export function credentialHeader({ header, value }: Credential): [name: string, value: string] {
  return [header, header.toLowerCase() === 'authorization' ? `Bearer ${value}` : value]
}

/** The headers of a relayed answer. `content-length` stays: the bytes are the same. */
export function responseHeaders(raw: HeaderList): HeaderList {
  const headers: HeaderList = []
  let named: Set<string> | undefined
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if ((raw[at] ?? '').toLowerCase() === 'connection') named = namedIn(raw[at + 1] ?? '')
  }
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || named?.has(lower)) continue
    headers.push(name, raw[at + 1] ?? '')
  }
  return headers
}

/** What a `Connection` header names besides itself. */
function namedIn(connection: string): Set<string> | undefined {
  const lower = connection.toLowerCase()
  if (lower === 'keep-alive' || lower === 'close') return undefined
  return new Set(lower.split(',').map((name) => name.trim()))
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

/** Which headers cross Trooper, in both directions: an open list, so that tomorrow's beta header passes today. */
import { HeadNames, isSame } from './head-names.ts'

/** Name and value in turn, as `node:http` and undici write them: order, spelling and repeats survive. */
export type HeaderList = string[]

/** Values by lower-case name; one that repeats has all of its own. */
export type HeaderMap = Readonly<Record<string, string | string[] | undefined>>

/** How a target wants to be told who pays. */
export interface Credential {
  /** Header name as configured; `Authorization` carries `Bearer <value>`. */
  header: string
  value: string
}

/** Meant for one connection only (RFC 9110 7.6.1), or set anew by the HTTP library. */
export const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Nor are these the client's to say: the connection's own host, and `expect`, which the server has already answered. */
const notForTargets = [...hopByHop, 'host', 'expect', 'content-length']
const ofUnread = new HeadNames(notForTargets)
const ofRead = new HeadNames([...notForTargets, 'accept-encoding'])

const credentialHeaders = ['authorization', 'x-api-key']

/** The headers of a relayed request. Compressed answers are refused (`identity`), because Trooper reads what it relays. */
export function requestHeaders(raw: HeaderList, credential: Credential | undefined): HeaderList {
  const headers = withoutDropped(raw, ofRead)
  headers.push('accept-encoding', 'identity')
  return withCredential(headers, credential)
}

/** The same where nobody reads the answer on its way: whoever asked may have it compressed. */
export function unreadRequestHeaders(raw: HeaderList, credential: Credential | undefined): HeaderList {
  return withCredential(withoutDropped(raw, ofUnread), credential)
}

/** With one of the target's own, every credential of the client's is removed first. */
function withCredential(headers: HeaderList, credential: Credential | undefined): HeaderList {
  if (credential === undefined) return headers
  const own = credential.header.toLowerCase()
  return [...withoutFields(headers, [own, ...credentialHeaders]), ...credentialHeader(credential)]
}

export function credentialHeader({ header, value }: Credential): [name: string, value: string] {
  return [header, header.toLowerCase() === 'authorization' ? `Bearer ${value}` : value]
}

/** A head as it was written, out of a piece of memory for each name and each value (~80 ns each). Beyond ASCII a byte is a character (RFC 9110 5.5). */
export function headerTexts(pieces: readonly Buffer[]): HeaderList {
  return pieces.map((piece) => piece.toString('latin1'))
}

/** Is told of every header whose name means something, in their order. */
export interface HeadReader<M> {
  take(means: M, value: string): void
}

/**
 * The same list without what `names` drop, of which `connection` is one, and without what that names: one pass where it names nothing, as
 * nearly always. In a copy of the list, as one that grows name by name takes longer, and memory besides.
 */
export function withoutDropped<M>(raw: HeaderList, names: HeadNames<M>, reader?: HeadReader<M>): HeaderList {
  const headers = raw.slice()
  let named: Set<string> | undefined
  let kept = 0
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const { name, isDropped, means } = names.at(at, headers[at] ?? '')
    const value = headers[at + 1] ?? ''
    if (means !== undefined) reader?.take(means, value)
    if (!isDropped) {
      headers[kept] = name
      headers[kept + 1] = value
      kept += 2
    } else if (namesOthers(name, value)) {
      named ??= new Set()
      for (const other of value.split(',')) named.add(other.trim().toLowerCase())
    }
  }
  while (headers.length > kept) headers.pop()
  return named ? withoutNamed(headers, named) : headers
}

/** A head of 64 KiB has room for tens of thousands of names, and of fields that they may name. */
function withoutNamed(headers: HeaderList, named: ReadonlySet<string>): HeaderList {
  return headers.filter((_, at) => !named.has((headers[at - (at % 2)] ?? '').toLowerCase()))
}

/** For an answer whose length may yet change. */
export function withoutLength(headers: HeaderList): HeaderList {
  return withoutFields(headers, ['content-length'])
}

/** `names` in lower case. */
export function withoutFields(headers: HeaderList, names: readonly string[]): HeaderList {
  const kept: HeaderList = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!names.includes(name.toLowerCase())) kept.push(name, headers[at + 1] ?? '')
  }
  return kept
}

/** A `Connection` header that names more than itself (RFC 9110 7.6.1). */
function namesOthers(name: string, value: string): boolean {
  if (name.length !== 'connection'.length || name.toLowerCase() !== 'connection') return false
  return value !== 'keep-alive' && value !== 'close'
}

/** A header's value by its name in any case; `name` is in lower case, of letters and hyphens alone. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const found = headers[at] ?? ''
    if (found.length === name.length && isSame(found, name)) return headers[at + 1]
  }
  return undefined
}

/** For whoever looks for many; to find one is {@link headerOf}. */
export function headerMap(headers: HeaderList): HeaderMap {
  const values = new Map<string, string | string[]>()
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = (headers[at] ?? '').toLowerCase()
    const value = headers[at + 1] ?? ''
    const known = values.get(name)
    // Added to, as a head of 64 KiB has room for tens of thousands of one name.
    if (Array.isArray(known)) known.push(value)
    else values.set(name, known === undefined ? value : [known, value])
  }
  return Object.fromEntries(values)
}

/** A text made safe for a header value (RFC 9110 5.5): printable ASCII on one line, bounded. */
export function headerText(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 1000)
}

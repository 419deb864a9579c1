/** Where Trooper may connect to by itself. */

/** A server, or all servers whose path begins so. */
export interface McpPlace {
  origin: string
  /** Without a slash at the end; empty: every path of the origin. */
  path: string
}

/** `undefined` for what is no http(s) URL, or has more than a place in it. */
export function readPlace(text: string): McpPlace | undefined {
  const url = readUrl(text)
  if (!url || url.search !== '' || url.hash !== '') return undefined
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') }
}

/** A path counts in whole steps: `/team` lets in `/team/docs`, and not `/teams`. */
export function isWithin(text: string, places: readonly McpPlace[]): boolean {
  const url = readUrl(text)
  return (
    url !== undefined &&
    places.some(({ origin, path }) => url.origin === origin && (path === '' || isBelow(url.pathname, path)))
  )
}

/** A slash that is written otherwise is a step for some servers (`/team/..%2fadmin`), so nobody knows where it leads. */
function isBelow(pathname: string, path: string): boolean {
  return pathname === path || (pathname.startsWith(`${path}/`) && !/%2f|%5c/i.test(pathname.slice(path.length)))
}

/** A name and a password in it would be a credential that nobody asked for. */
function readUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined
  return url.username === '' && url.password === '' ? url : undefined
}

/** How a body is compressed. */
import { headerMap, headerOf, type HeaderList } from './headers.ts'

/** Its name in small letters (RFC 9110 8.4.1); `undefined` for one that is as it is. */
export function encodingOf(headers: HeaderList): string | undefined {
  if (headerOf(headers, 'content-encoding') === undefined) return undefined
  const name = String(headerMap(headers)['content-encoding']).trim().toLowerCase()
  return name === '' || name === 'identity' ? undefined : name
}

/** How a body is compressed. */
import type { HeaderValues } from './reset-times.ts'

/** Its name in small letters (RFC 9110 8.4.1); `undefined` for one that is as it is. */
export function encodingOf(headers: HeaderValues): string | undefined {
  const field = headers['content-encoding']
  const name = (Array.isArray(field) ? field.join(',') : (field ?? '')).trim().toLowerCase()
  return name === '' || name === 'identity' ? undefined : name
}

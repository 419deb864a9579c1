/** Does the request carry the key? Every credential it carries must be right, so a leftover one is noticed. */

import type { Exchange } from './exchange.ts'
import { Refusal } from './refusal.ts'

/** Anthropic takes either header and both (providers.md 6). */
export function checkAnthropicCredential(exchange: Exchange, expected: string | null): void {
  const keys = [exchange.header('x-api-key'), bearer(exchange)].filter((key) => key !== undefined)
  if (keys.length === 0) {
    throw new Refusal('x-api-key header is required', { status: 401, type: 'authentication_error' })
  }
  if (keys.some((key) => key === '' || (expected !== null && key !== expected))) {
    throw new Refusal('invalid x-api-key', { status: 401, type: 'authentication_error' })
  }
}

export function checkOpenaiCredential(exchange: Exchange, expected: string | null): void {
  const key = bearer(exchange)
  if (key === undefined || key === '') {
    throw new Refusal(
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      { status: 401 },
    )
  }
  const stray = exchange.header('x-api-key')
  const wrong = expected !== null && (key !== expected || (stray !== undefined && stray !== expected))
  if (!wrong) return
  throw new Refusal(
    `Incorrect API key provided: ${masked(key)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    { status: 401, code: 'invalid_api_key' },
  )
}

function bearer(exchange: Exchange): string | undefined {
  const value = exchange.header('authorization')
  return value?.replace(/^Bearer\s+/i, '')
}

function masked(key: string): string {
  return key.length > 8 ? `${key.slice(0, 3)}***${key.slice(-4)}` : '***'
}

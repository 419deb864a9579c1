/** Thoughts and items that another account of a chain gave out: it alone can read them, and this one refuses the request for them (providers.md 4.1, 4.5). */
import type { ClientDialectName } from '../dialects/dialect.ts'
import { cutThoughts } from '../dialects/anthropic/local-turns.ts'
import { exactText, parseExact } from '../ir/exact-json.ts'
import type { Failure } from '../ir/failure.ts'
import { arrayOf, isObject, type JsonValue } from '../ir/json.ts'
import { without } from './hand-back.ts'

const sealWords = /thinking` block|encrypted content .* could not be verified|^Item with id '[^']*' not found/

export function isSealRefusal({ status, message }: Failure): boolean {
  if (status !== 400 && status !== 404) return false
  return sealWords.test(message)
}

/** The documented recovery: every sealed thought goes, once, and the words stay. */
export function withoutSeals(body: Buffer, dialect: ClientDialectName): Buffer {
  switch (dialect) {
    case 'anthropic':
      return without(body, cutThoughts(body.toString('latin1')))
    case 'openai-responses':
      return withoutSealedItems(body)
    case 'openai-chat':
    case 'ollama':
      return body
  }
}

function withoutSealedItems(body: Buffer): Buffer {
  const request = parseExact(body.toString('utf8'))
  if (!isObject(request) || !Array.isArray(request['input'])) return body
  return Buffer.from(exactText({ ...request, input: arrayOf(request['input']).flatMap(withoutSeal) }))
}

/** An id is as foreign as a seal; what is only referred to stands nowhere else. */
function withoutSeal(item: JsonValue): JsonValue[] {
  if (!isObject(item) || item['type'] === 'item_reference') return [item]
  if (item['type'] === 'reasoning') return []
  if (item['type'] === 'local_shell_call_output' || (item['role'] === undefined && item['type'] === undefined))
    return [item]
  const { id: _, ...rest } = item
  return [rest]
}

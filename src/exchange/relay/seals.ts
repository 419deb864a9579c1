/** Thoughts and items that another account of a chain gave out: it alone can read them, and this one refuses the request for them (providers.md 4.1, 4.5). */
import type { ClientDialectName } from '../../dialects/dialect.ts'
import { cutThoughts } from '../../dialects/anthropic/local-turns.ts'
import { exactText } from '../../ir/exact-json.ts'
import type { Failure } from '../../ir/failure.ts'
import { arrayOf, isObject, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Warn } from '../../ir/request.ts'
import { without } from './hand-back.ts'
import { parseBody } from '../parse-body.ts'

const sealWords = /thinking` block|encrypted content .* could not be verified|^Item with id '[^']*' not found/

export function isSealRefusal({ status, message }: Failure): boolean {
  if (status !== 400 && status !== 404) return false
  return sealWords.test(message)
}

/** The documented recovery: every sealed thought goes, once, and the words stay; of a sealed summary it is told that it was there. */
export function withoutSeals(body: Buffer, dialect: ClientDialectName, warn: Warn): Buffer {
  switch (dialect) {
    case 'anthropic':
      return without(body, cutThoughts(body.toString('latin1')))
    case 'openai-responses':
      return withoutSealedItems(body, warn)
    case 'openai-chat':
    case 'ollama':
      return body
  }
}

function withoutSealedItems(body: Buffer, warn: Warn): Buffer {
  const request = parseBody(body)
  if (!isObject(request) || !Array.isArray(request['input'])) return body
  const input = arrayOf(request['input']).flatMap((item) => withoutSeal(item, warn))
  return Buffer.from(exactText({ ...request, input }))
}

/** An id is as foreign as a seal; what is only referred to stands nowhere else. */
function withoutSeal(item: JsonValue, warn: Warn): JsonValue[] {
  if (!isObject(item) || item['type'] === 'item_reference') return [item]
  if (item['type'] === 'reasoning') return []
  if (item['type'] === 'compaction') return [noteOfSummary(warn)]
  if (item['type'] === 'local_shell_call_output' || (item['role'] === undefined && item['type'] === undefined))
    return [item]
  const { id: _, ...rest } = item
  return [rest]
}

function noteOfSummary(warn: Warn): JsonObject {
  warn('a summary of what was said before is sealed for another account, and was only mentioned', 'sealed summary')
  const text = '[What was said before this was summed up in words that only another account can read.]'
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
}

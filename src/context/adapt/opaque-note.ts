/** Words for what only its provider understands (server tools, provider-side items), so that another model still knows what happened. */
import { exactText } from '../../ir/exact-json.ts'
import { isObject, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { OpaquePart, TextPart } from '../../ir/request.ts'

/** Longer texts are cut: a search result may carry a whole page. */
const longestText = 2000
const longestNote = 8000
/** Sealed for the provider: thousands of characters that say nothing to anybody else. */
const sealed = /^(encrypted_\w+|signature|data|file_data|image_url|result_base64)$/
/** Of no meaning outside the wire. */
const plumbing = new Set(['type', 'id', 'cache_control', 'status', 'tool_use_id', 'call_id', 'caller'])

export function noteOfOpaque({ kind, value }: OpaquePart): TextPart {
  const said = readable(value)
  const words = isObject(said) && Object.keys(said).length === 0 ? '' : `: ${exactText(said).slice(0, longestNote)}`
  return { type: 'text', text: `[${kind}${words}]` }
}

function readable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}…` : value
  if (Array.isArray(value)) return value.map(readable)
  return isObject(value) ? readableFields(value) : value
}

function readableFields(value: JsonObject): JsonObject {
  const said: JsonObject = {}
  for (const [key, field] of Object.entries(value)) {
    if (field !== null && !plumbing.has(key) && !sealed.test(key)) said[key] = readable(field)
  }
  return said
}

/** Files that only the account knows where the client put them: another account of the chain is told in words that they were there. */
import { noteOfFile } from '../../context/adapt/showable.ts'
import type { ClientDialectName } from '../../dialects/dialect.ts'
import { exactText } from '../../ir/exact-json.ts'
import { isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type { Warn } from '../../ir/request.ts'
import { parseBody } from '../parse-body.ts'

/** The same bytes when no file is named by its id. */
export function withoutForeignFiles(body: Buffer, dialect: ClientDialectName, warn: Warn): Buffer {
  if (!body.includes('"file_id"')) return body
  const request = parseBody(body)
  if (!isObject(request)) return body
  const list = dialect === 'openai-responses' ? 'input' : 'messages'
  const told = withNotes(request[list] ?? null, dialect, warn)
  return told === request[list] ? body : Buffer.from(exactText({ ...request, [list]: told }))
}

/** The same value where nothing in it has to change. */
function withNotes(value: JsonValue, dialect: ClientDialectName, warn: Warn): JsonValue {
  if (Array.isArray(value)) {
    const items = value.map((item) => withNotes(item, dialect, warn))
    return items.every((item, at) => item === value[at]) ? value : items
  }
  if (!isObject(value)) return value
  const kind = kindOfHeld[dialect](value)
  if (kind !== undefined) return note(kind, dialect, warn)
  // Files stand in messages, and in the results of tools within them.
  const changed = ['content', 'output'].filter((field) => Array.isArray(value[field]))
  const fields = changed.map((field) => [field, withNotes(value[field] ?? null, dialect, warn)] as const)
  return fields.every(([field, told]) => told === value[field]) ? value : { ...value, ...Object.fromEntries(fields) }
}

function note(kind: string, dialect: ClientDialectName, warn: Warn): JsonObject {
  const { text } = noteOfFile(kind, undefined, warn)
  return { type: dialect === 'openai-responses' ? 'input_text' : 'text', text }
}

type KindOf = (part: JsonObject) => string | undefined

/** In a person's words, what kind of file a part holds by its id alone; `undefined` for everything else. */
const kindOfHeld: { readonly [D in ClientDialectName]: KindOf } = {
  anthropic: ({ type, source, file_id }) => {
    if (type === 'container_upload') return stringOf(file_id) && 'file'
    const isHeld = objectOf(source)['type'] === 'file' && objectOf(source)['file_id'] !== undefined
    return isHeld && (type === 'image' || type === 'document') ? type : undefined
  },
  'openai-chat': ({ type, file }) => {
    const { file_id, file_data } = objectOf(file)
    return type === 'file' && stringOf(file_id) !== undefined && !file_data ? 'file' : undefined
  },
  'openai-responses': ({ type, file_id, image_url, file_data, file_url }) => {
    if (stringOf(file_id) === undefined || image_url || file_data || file_url) return undefined
    return type === 'input_image' ? 'image' : type === 'input_file' ? 'file' : undefined
  },
  ollama: () => undefined,
}

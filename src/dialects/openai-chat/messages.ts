/** Chat Completions messages and content parts: wire <-> IR. */
import {
  arrayOf,
  compact,
  defined,
  isObject,
  objectOf,
  stringOf,
  wordOf,
  type JsonObject,
  type JsonValue,
} from '../../ir/json.ts'
import type {
  AssistantPart,
  FilePart,
  Message,
  OpaquePart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
  Warn,
} from '../../ir/request.ts'
import { BadRequest } from '../dialect.ts'
import { freeformInput, freeformText } from '../freeform.ts'
import { fitToolId } from '../tool-id.ts'

export function decodeMessages(messages: JsonValue[]): Message[] {
  const decoded: Message[] = []
  const legacy: LegacyIds = new Map()
  messages.forEach((value, at) => {
    const message = decodeMessage(objectOf(value), at, legacy)
    const last = decoded.at(-1)
    if (message.role === 'tool' && last?.role === 'tool') last.content.push(...message.content)
    else decoded.push(message)
  })
  return decoded
}

/** Legacy function calls have no id: a result belongs to the last call of its name. */
type LegacyIds = Map<string, string>

function decodeMessage(message: JsonObject, at: number, legacy: LegacyIds): Message {
  switch (message['role']) {
    case 'system':
    case 'developer':
      return { role: 'system', content: decodeTexts(message['content']) }
    case 'user':
      return { role: 'user', content: decodeUserContent(message['content']) }
    case 'assistant':
      return { role: 'assistant', content: decodeAssistant(message, at, legacy) }
    case 'tool':
    case 'function':
      return { role: 'tool', content: [decodeToolResult(message, legacy)] }
    default:
      throw new BadRequest(`messages[${at}].role`, "must be one of 'system', 'developer', 'user', 'assistant', 'tool'")
  }
}

function decodeTexts(content: JsonValue | undefined): TextPart[] {
  return decodeUserContent(content).filter((part) => part.type === 'text')
}

function decodeUserContent(content: JsonValue | undefined): UserPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return arrayOf(content).map((part) => decodePart(objectOf(part)))
}

function decodePart(part: JsonObject): UserPart {
  const text = stringOf(part['text'])
  if (part['type'] === 'text' && text !== undefined) return { type: 'text', text }
  if (part['type'] === 'image_url') return decodeImage(objectOf(part['image_url']))
  if (part['type'] === 'file') return decodeFile(objectOf(part['file'])) ?? opaque(part)
  if (part['type'] === 'input_audio') {
    const audio = objectOf(part['input_audio'])
    const data = { from: 'base64', data: stringOf(audio['data']) ?? '' } as const
    return { type: 'file', mediaType: `audio/${stringOf(audio['format']) ?? 'wav'}`, data }
  }
  return opaque(part)
}

function opaque(value: JsonObject): OpaquePart {
  return { type: 'opaque', dialect: 'openai-chat', kind: wordOf(value['type']), value }
}

function decodeImage(image: JsonObject): FilePart {
  return { ...decodeUrl(stringOf(image['url']) ?? '', 'image/*'), ...defined({ detail: stringOf(image['detail']) }) }
}

/** A `data:` URL carries its bytes; any other is a reference. */
export function decodeUrl(url: string, mediaType: string): FilePart {
  const match = /^data:([^;,]*)(?:;[^;,]*)*;base64,/i.exec(url)
  if (!match) return { type: 'file', mediaType, data: { from: 'url', url } }
  return {
    type: 'file',
    mediaType: match[1] || mediaType,
    data: { from: 'base64', data: url.slice(match[0].length) },
  }
}

function decodeFile(file: JsonObject): FilePart | undefined {
  const name = defined({ filename: stringOf(file['filename']) })
  const id = stringOf(file['file_id'])
  const data = stringOf(file['file_data'])
  if (data !== undefined) return { ...decodeUrl(data, 'application/pdf'), ...name }
  return id === undefined
    ? undefined
    : { type: 'file', mediaType: 'application/pdf', data: { from: 'id', id }, ...name }
}

function decodeAssistant(message: JsonObject, at: number, legacyIds: LegacyIds): AssistantPart[] {
  const reasoning = stringOf(message['reasoning_content']) ?? stringOf(message['reasoning'])
  const content: AssistantPart[] = reasoning ? [{ type: 'reasoning', text: reasoning }] : []
  content.push(...decodeUserContent(message['content']).map(refusalAsText))
  const refusal = stringOf(message['refusal'])
  if (refusal) content.push({ type: 'text', text: refusal })
  // What the model said aloud is named by an id that only its provider knows.
  if (isObject(message['audio'])) content.push(opaque({ type: 'audio', ...message['audio'] }))
  content.push(...arrayOf(message['tool_calls']).map((call) => decodeToolCall(objectOf(call))))
  const legacy = objectOf(message['function_call'])
  const name = stringOf(legacy['name'])
  if (name === undefined) return content
  const id = `call_${at}_${name}`
  legacyIds.set(name, id)
  return [...content, { type: 'tool-call', id, name, input: stringOf(legacy['arguments']) ?? '{}' }]
}

function refusalAsText(part: UserPart): UserPart {
  const refusal = part.type === 'opaque' && part.kind === 'refusal' ? stringOf(part.value['refusal']) : undefined
  return refusal === undefined ? part : { type: 'text', text: refusal }
}

function decodeToolCall(call: JsonObject): AssistantPart {
  const custom = objectOf(call['custom'])
  const customName = call['type'] === 'custom' ? stringOf(custom['name']) : undefined
  const id = stringOf(call['id']) ?? ''
  if (customName !== undefined) {
    const input = freeformInput(stringOf(custom['input']) ?? '')
    return { type: 'tool-call', id, name: customName, input, freeform: true }
  }
  const definition = objectOf(call['function'])
  const name = stringOf(definition['name'])
  if (name === undefined) return { type: 'opaque', dialect: 'openai-chat', kind: wordOf(call['type']), value: call }
  return { type: 'tool-call', id, name, input: stringOf(definition['arguments']) ?? '{}' }
}

function decodeToolResult(message: JsonObject, legacyIds: LegacyIds) {
  const name = stringOf(message['name'])
  return {
    type: 'tool-result' as const,
    callId: stringOf(message['tool_call_id']) ?? legacyIds.get(name ?? '') ?? `call_${name ?? ''}`,
    content: decodeUserContent(message['content']),
    isError: false,
    ...defined({ toolName: name }),
  }
}

export function encodeMessages(messages: Message[], warn: Warn): JsonObject[] {
  return messages.flatMap((message) => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: joinTexts(message.content) }]
      case 'user':
        return [{ role: 'user', content: encodeUserContent(message.content, warn) }]
      case 'assistant':
        return [encodeAssistant(message.content, warn)]
      case 'tool':
        return encodeResults(message.content, warn)
    }
  })
}

/** Results follow their calls without a gap; images, which this wire knows only from users, come after the last of them. */
function encodeResults(results: ToolResultPart[], warn: Warn): JsonObject[] {
  const answers = results.map((result) => ({
    role: 'tool',
    tool_call_id: fitToolId(result.callId),
    // There is no mark for a failed call on this wire: it is said in words.
    content: result.isError ? `Error: ${joinTexts(result.content)}` : joinTexts(result.content),
  }))
  const files = results.flatMap((result) => result.content.filter((part) => part.type === 'file'))
  return files.length === 0 ? answers : [...answers, { role: 'user', content: encodeUserContent(files, warn) }]
}

/** Strings where text alone allows it: every compatible server takes them, not every one takes parts (local-engines.md 1.8). */
function encodeUserContent(content: UserPart[], warn: Warn): JsonValue {
  if (content.every((part) => part.type === 'text')) return joinTexts(content)
  return content.flatMap((part): JsonObject[] => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }]
    if (part.type === 'file') return [encodeFile(part)]
    if (part.dialect === 'openai-chat') return [part.value]
    warn(`content '${part.kind}' has no counterpart in Chat Completions and was replaced by a note`)
    return [{ type: 'text', text: `[${part.kind} left out]` }]
  })
}

function joinTexts(parts: readonly UserPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
}

function encodeFile({ data, mediaType, filename, detail }: FilePart): JsonObject {
  if (data.from === 'text') return { type: 'text', text: data.text }
  if (data.from === 'id') return { type: 'file', file: { file_id: data.id } }
  const url = data.from === 'url' ? data.url : `data:${mediaType};base64,${data.data}`
  if (mediaType.startsWith('image/')) return { type: 'image_url', image_url: compact({ url, detail }) }
  if (data.from === 'base64' && mediaType.startsWith('audio/'))
    return { type: 'input_audio', input_audio: { data: data.data, format: mediaType === 'audio/wav' ? 'wav' : 'mp3' } }
  return { type: 'file', file: compact({ filename: filename ?? 'document', file_data: url }) }
}

function encodeAssistant(content: AssistantPart[], warn: Warn): JsonObject {
  const texts = content.filter((part): part is TextPart => part.type === 'text')
  const calls = content.filter((part): part is ToolCallPart => part.type === 'tool-call')
  for (const part of content) {
    const kind = part.type === 'opaque' ? part.kind : part.type === 'file' ? wordOf(part.mediaType) : undefined
    if (kind !== undefined) warn(`content '${kind}' has no counterpart in Chat Completions and was left out`)
  }
  return compact({
    role: 'assistant',
    content: texts.length === 0 && calls.length > 0 ? null : joinTexts(texts),
    tool_calls: calls.length === 0 ? undefined : calls.map(encodeToolCall),
  })
}

export function encodeToolCall({ id, name, input, freeform }: ToolCallPart): JsonObject {
  if (freeform) return { id: fitToolId(id), type: 'custom', custom: { name, input: freeformText(input) } }
  return { id: fitToolId(id), type: 'function', function: { name, arguments: input } }
}

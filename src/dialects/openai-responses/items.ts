/** Responses items: wire <-> IR messages. Ids are left out of inputs: an id of a wrong shape is refused (providers.md 4.5). */
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
  ToolResultPart,
  UserPart,
  Warn,
} from '../../ir/request.ts'
import { BadRequest } from '../dialect.ts'
import { decodeUrl } from '../openai-chat/messages.ts'
import { fitToolId } from '../tool-id.ts'

/** Neighbouring items of one speaker (a message, its reasoning, its calls) are one IR message. */
export function decodeItems(items: JsonValue[]): Message[] {
  const messages: Message[] = []
  items.forEach((item, at) => {
    for (const message of decodeItem(objectOf(item), at)) append(messages, message)
  })
  return messages
}

function append(messages: Message[], message: Message): void {
  const last = messages.at(-1)
  if (last?.role === 'assistant' && message.role === 'assistant') last.content.push(...message.content)
  else if (last?.role === 'tool' && message.role === 'tool') last.content.push(...message.content)
  else messages.push(message)
}

function decodeItem(item: JsonObject, at: number): Message[] {
  switch (item['type'] ?? 'message') {
    case 'message':
      return [decodeMessage(item, at)]
    case 'function_call':
      return [assistant(decodeCall(item))]
    case 'function_call_output':
      return [{ role: 'tool', content: [decodeResult(item)] }]
    case 'reasoning':
      return [assistant(decodeReasoning(item))]
    default:
      return [assistant(opaque(item))]
  }
}

function assistant(part: AssistantPart): Message {
  return { role: 'assistant', content: [part] }
}

function opaque(value: JsonObject): OpaquePart {
  return { type: 'opaque', dialect: 'openai-responses', kind: wordOf(value['type']), value }
}

function decodeMessage(item: JsonObject, at: number): Message {
  const content = decodeContent(item['content'])
  switch (item['role']) {
    case 'system':
    case 'developer':
      return { role: 'system', content: content.filter((part) => part.type === 'text') }
    case 'user':
      return { role: 'user', content }
    case 'assistant':
      return { role: 'assistant', content }
    default:
      throw new BadRequest(`input[${at}].role`, "must be one of 'user', 'assistant', 'system', 'developer'")
  }
}

function decodeContent(content: JsonValue | undefined): UserPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return arrayOf(content).map((part) => decodePart(objectOf(part)))
}

function decodePart(part: JsonObject): UserPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: stringOf(part['text']) ?? '' }
    case 'refusal':
      return { type: 'text', text: stringOf(part['refusal']) ?? '' }
    case 'input_image':
      return decodeReference(part, 'image_url', 'image/*') ?? opaque(part)
    case 'input_file':
      return (
        decodeReference(part, 'file_data', 'application/pdf') ??
        decodeReference(part, 'file_url', 'application/pdf') ??
        opaque(part)
      )
    default:
      return opaque(part)
  }
}

function decodeReference(part: JsonObject, field: string, mediaType: string): FilePart | undefined {
  const url = stringOf(part[field])
  const id = stringOf(part['file_id'])
  const rest = defined({ filename: stringOf(part['filename']), detail: stringOf(part['detail']) })
  if (url !== undefined) return { ...decodeUrl(url, mediaType), ...rest }
  return id === undefined ? undefined : { type: 'file', mediaType, data: { from: 'id', id }, ...rest }
}

function decodeCall(item: JsonObject): AssistantPart {
  return {
    type: 'tool-call',
    id: stringOf(item['call_id']) ?? '',
    name: stringOf(item['name']) ?? '',
    input: stringOf(item['arguments']) ?? '{}',
  }
}

function decodeResult(item: JsonObject): ToolResultPart {
  const content = decodeContent(item['output']).filter((part) => part.type !== 'opaque')
  return { type: 'tool-result', callId: stringOf(item['call_id']) ?? '', content, isError: false }
}

function decodeReasoning(item: JsonObject): AssistantPart {
  const texts = [...arrayOf(item['summary']), ...arrayOf(item['content'])].map(
    (part) => stringOf(objectOf(part)['text']) ?? '',
  )
  const value = stringOf(item['encrypted_content'])
  const seal = value === undefined ? undefined : sealOf(value, stringOf(item['id']))
  return { type: 'reasoning', text: texts.join('\n\n'), ...defined({ seal }) }
}

function sealOf(value: string, id: string | undefined) {
  return { dialect: 'openai-responses' as const, kind: 'encrypted' as const, value, ...defined({ id }) }
}

export function encodeItems(messages: Message[], warn: Warn): JsonObject[] {
  return messages.flatMap((message): JsonObject[] => {
    switch (message.role) {
      case 'system':
        return [
          {
            type: 'message',
            role: 'system',
            content: message.content.map((part) => ({ type: 'input_text', text: part.text })),
          },
        ]
      case 'user':
        return [{ type: 'message', role: 'user', content: message.content.flatMap((part) => encodePart(part, warn)) }]
      case 'assistant':
        return encodeAssistant(message.content, warn)
      case 'tool':
        return message.content.map((result) => encodeResult(result, warn))
    }
  })
}

function encodePart(part: UserPart, warn: Warn): JsonObject[] {
  if (part.type === 'text') return [{ type: 'input_text', text: part.text }]
  if (part.type === 'file') return [encodeFile(part)]
  if (part.dialect === 'openai-responses') return [part.value]
  warn(`content '${part.kind}' has no counterpart in Responses and was replaced by a note`)
  return [{ type: 'input_text', text: `[${part.kind} left out]` }]
}

function encodeFile({ data, mediaType, filename, detail }: FilePart): JsonObject {
  if (data.from === 'text') return { type: 'input_text', text: data.text }
  const isImage = mediaType.startsWith('image/')
  if (data.from === 'id') return { type: isImage ? 'input_image' : 'input_file', file_id: data.id }
  const url = data.from === 'url' ? data.url : `data:${mediaType};base64,${data.data}`
  if (isImage) return compact({ type: 'input_image', image_url: url, detail })
  const field = data.from === 'url' ? { file_url: url } : { file_data: url, filename: filename ?? 'document' }
  return { type: 'input_file', ...field }
}

/** Items in the order of the parts; texts that stand together are one message item. */
function encodeAssistant(content: AssistantPart[], warn: Warn): JsonObject[] {
  const items: JsonObject[] = []
  for (const part of content) {
    const last = items.at(-1)
    if (part.type === 'text' && last?.['type'] === 'message' && Array.isArray(last['content']))
      last['content'].push(outputText(part))
    else items.push(...encodeAssistantPart(part, warn))
  }
  return items
}

function encodeAssistantPart(part: AssistantPart, warn: Warn): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'message', role: 'assistant', content: [outputText(part)] }]
    case 'tool-call':
      return [{ type: 'function_call', call_id: fitToolId(part.id), name: part.name, arguments: part.input }]
    case 'reasoning':
      return part.seal?.dialect === 'openai-responses' ? [encodeSealed(part.text, part.seal)] : []
    case 'opaque':
      if (part.dialect === 'openai-responses') return [part.value]
      warn(`content '${part.kind}' has no counterpart in Responses and was left out`)
      return []
    case 'file':
      warn('a file written by the assistant has no counterpart in Responses and was left out')
      return []
  }
}

function outputText(part: TextPart): JsonObject {
  return { type: 'output_text', text: part.text, annotations: [] }
}

function encodeSealed(text: string, seal: { value: string; id?: string }): JsonObject {
  const summary = text === '' ? [] : [{ type: 'summary_text', text }]
  return compact({ type: 'reasoning', id: seal.id, summary, encrypted_content: seal.value })
}

function encodeResult(result: ToolResultPart, warn: Warn): JsonObject {
  const texts = result.content.every((part) => part.type === 'text')
  const output = texts
    ? result.content.map((part) => (isText(part) ? part.text : '')).join('\n\n')
    : result.content.flatMap((part) => encodePart(part, warn)).filter(isObject)
  return { type: 'function_call_output', call_id: fitToolId(result.callId), output }
}

function isText(part: TextPart | FilePart): part is TextPart {
  return part.type === 'text'
}

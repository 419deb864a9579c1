/** Anthropic content blocks: wire <-> IR parts. */
import { exactText } from '../../ir/exact-json.ts'
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
  CacheHint,
  FileData,
  FilePart,
  Message,
  TextPart,
  ToolResultPart,
  UserPart,
  Warn,
} from '../../ir/request.ts'
import { argumentsObject } from '../arguments.ts'
import { fitToolId } from '../tool-id.ts'

/** Most texts are nothing else, and there may be a hundred thousand of them. */
export function decodeText(block: JsonObject): TextPart {
  const part: TextPart = { type: 'text', text: stringOf(block['text']) ?? '' }
  const { cache_control, citations } = block
  if (isObject(cache_control)) part.cache = cache_control
  if (Array.isArray(citations)) part.citations = citations
  return part
}

function cacheOf(block: JsonObject): { cache?: CacheHint } {
  return isObject(block['cache_control']) ? { cache: block['cache_control'] } : {}
}

/** One user message of the wire: its tool results become `tool` messages, the rest stays in order around them. */
export function decodeUserMessages(blocks: JsonObject[]): Message[] {
  const messages: Message[] = []
  for (const block of blocks) {
    const last = messages.at(-1)
    if (block['type'] === 'tool_result') {
      const result = decodeToolResult(block)
      if (last?.role === 'tool') last.content.push(result)
      else messages.push({ role: 'tool', content: [result] })
    } else if (last?.role === 'user') last.content.push(decodeUserBlock(block))
    else messages.push({ role: 'user', content: [decodeUserBlock(block)] })
  }
  return messages
}

function decodeUserBlock(block: JsonObject): UserPart {
  if (block['type'] === 'text') return decodeText(block)
  return decodeFile(block) ?? opaque(block)
}

function opaque(block: JsonObject): { type: 'opaque'; dialect: 'anthropic'; kind: string; value: JsonObject } {
  return { type: 'opaque', dialect: 'anthropic', kind: wordOf(block['type']), value: block }
}

function decodeFile(block: JsonObject): FilePart | undefined {
  if (block['type'] !== 'image' && block['type'] !== 'document') return undefined
  const source = objectOf(block['source'])
  const data = decodeSource(source)
  if (!data) return undefined
  return {
    type: 'file',
    mediaType: stringOf(source['media_type']) ?? (block['type'] === 'image' ? 'image/*' : 'application/pdf'),
    data,
    ...defined({ filename: stringOf(block['title']) }),
    ...cacheOf(block),
  }
}

function decodeSource(source: JsonObject): FileData | undefined {
  const data = stringOf(source['data'])
  const url = stringOf(source['url'])
  const id = stringOf(source['file_id'])
  if (source['type'] === 'base64' && data !== undefined) return { from: 'base64', data }
  if (source['type'] === 'text' && data !== undefined) return { from: 'text', text: data }
  if (source['type'] === 'content') return decodeContentSource(source['content'])
  if (source['type'] === 'url' && url !== undefined) return { from: 'url', url }
  return source['type'] === 'file' && id !== undefined ? { from: 'id', id } : undefined
}

/** A document made of blocks carries text where all of them do. */
function decodeContentSource(content: JsonValue | undefined): FileData | undefined {
  if (typeof content === 'string') return { from: 'text', text: content }
  const texts = arrayOf(content).map((block) => stringOf(objectOf(block)['text']))
  return texts.includes(undefined) ? undefined : { from: 'text', text: texts.join('\n\n') }
}

function decodeToolResult(block: JsonObject): ToolResultPart {
  return {
    type: 'tool-result',
    callId: stringOf(block['tool_use_id']) ?? '',
    content: decodeResultContent(block['content']),
    isError: block['is_error'] === true,
    ...cacheOf(block),
  }
}

export function decodeResultContent(content: JsonValue | undefined): (TextPart | FilePart)[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return arrayOf(content).map(objectOf).map(decodeResultBlock)
}

/** A result block the IR has no shape for (`tool_reference`, `search_result`) is kept as its JSON text, so that a model still sees it. */
function decodeResultBlock(block: JsonObject): TextPart | FilePart {
  if (block['type'] === 'text') return decodeText(block)
  return decodeFile(block) ?? { type: 'text', text: exactText(block) }
}

export function decodeAssistantBlock(block: JsonObject): AssistantPart {
  switch (block['type']) {
    case 'text':
      return decodeText(block)
    case 'thinking':
      return {
        type: 'reasoning',
        text: stringOf(block['thinking']) ?? '',
        ...sealOf('signature', stringOf(block['signature'])),
      }
    case 'redacted_thinking':
      return { type: 'reasoning', text: '', ...sealOf('redacted', stringOf(block['data'])) }
    case 'tool_use':
      return {
        type: 'tool-call',
        id: stringOf(block['id']) ?? '',
        name: stringOf(block['name']) ?? '',
        input: exactText(block['input'] ?? {}),
        ...cacheOf(block),
      }
    case 'compaction': {
      const summary = stringOf(block['content'])
      return summary === undefined
        ? opaque(block)
        : { type: 'text', text: `[Summary of the conversation so far]\n${summary}` }
    }
    default:
      return opaque(block)
  }
}

function sealOf(kind: 'signature' | 'redacted', value: string | undefined) {
  return value ? { seal: { dialect: 'anthropic' as const, kind, value } } : {}
}

export function encodeUserPart(part: UserPart, warn: Warn): JsonObject {
  switch (part.type) {
    case 'text':
      return compact({ type: 'text', text: part.text, citations: part.citations, cache_control: part.cache })
    case 'file':
      return encodeFile(part)
    case 'opaque':
      if (part.dialect === 'anthropic') return part.value
      warn(`content '${part.kind}' has no counterpart in Messages and was replaced by a note`)
      return { type: 'text', text: `[${part.kind} left out]` }
  }
}

function encodeFile(part: FilePart): JsonObject {
  const kind = part.mediaType.startsWith('image/') ? 'image' : 'document'
  return compact({ type: kind, source: encodeSource(part), title: part.filename, cache_control: part.cache })
}

function encodeSource({ data, mediaType }: FilePart): JsonObject {
  switch (data.from) {
    case 'base64':
      // Apps misspell it in their `data:` URLs, and OpenAI does not mind.
      return { type: 'base64', media_type: mediaType === 'image/jpg' ? 'image/jpeg' : mediaType, data: data.data }
    case 'url':
      return { type: 'url', url: data.url }
    case 'id':
      return { type: 'file', file_id: data.id }
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: data.text }
  }
}

/** Foreign or unsealed reasoning is never sent: a thinking block without its own signature is always a 400 (providers.md 4.1). */
export function encodeAssistantPart(part: AssistantPart, warn: Warn): JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [encodeUserPart(part, warn)]
    case 'file':
      warn('a file written by the assistant has no counterpart in Messages and was left out')
      return []
    case 'tool-call':
      return [
        compact({
          type: 'tool_use',
          id: fitToolId(part.id),
          name: part.name,
          input: argumentsObject(part.input),
          cache_control: part.cache,
        }),
      ]
    case 'reasoning':
      if (part.seal?.dialect !== 'anthropic') return []
      if (part.seal.kind === 'redacted') return [{ type: 'redacted_thinking', data: part.seal.value }]
      return [{ type: 'thinking', thinking: part.text, signature: part.seal.value }]
    case 'opaque':
      if (part.dialect === 'anthropic') return [part.value]
      warn(`content '${part.kind}' has no counterpart in Messages and was left out`)
      return []
  }
}

export function encodeToolResult(result: ToolResultPart, warn: Warn): JsonObject {
  return compact({
    type: 'tool_result',
    tool_use_id: fitToolId(result.callId),
    content: result.content.map((part) => encodeUserPart(part, warn)),
    is_error: result.isError ? true : undefined,
    cache_control: result.cache,
  })
}

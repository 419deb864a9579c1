/** Makes everything in a conversation something that a target can be shown: what it cannot see, it is told of in words. */
import { wordOf } from '../../ir/json.ts'
import type {
  AssistantPart,
  ChatRequest,
  DialectName,
  FilePart,
  Message,
  OpaquePart,
  TextPart,
  ToolResultPart,
  UserPart,
  Warn,
} from '../../ir/request.ts'
import { takesFile } from './media-types.ts'
import { noteOfOpaque } from './opaque-note.ts'

/** Images by their URL, as base64. */
export type FetchedImages = ReadonlyMap<string, { mediaType: string; base64: string }>

/** What a target can be shown beyond text. */
export interface Sight {
  /** Whose opaque parts mean something to it, if it is a provider. */
  dialect: DialectName
  kind: 'cloud' | 'local'
  images: boolean
  /** It fetches images by their URL itself. */
  imageUrls: boolean
  /** PDF and other documents, audio. */
  documents: boolean
  /** It is where the client put the files that are named by an id. */
  fileIds: boolean
  /** What was fetched for it because it cannot. */
  fetched: FetchedImages
}

/** The URLs of all images that are only named, each once. */
export function imageUrlsOf({ messages }: ChatRequest): string[] {
  const urls = new Set<string>()
  for (const { content } of messages) addImageUrls(urls, content)
  return [...urls]
}

function addImageUrls(urls: Set<string>, parts: Message['content']): void {
  for (const part of parts) {
    if (part.type === 'tool-result') addImageUrls(urls, part.content)
    else if (part.type === 'file' && part.data.from === 'url' && part.mediaType.startsWith('image/'))
      urls.add(part.data.url)
  }
}

export function makeShowable(request: ChatRequest, sight: Sight, warn: Warn): ChatRequest {
  return { ...request, messages: request.messages.map((message) => showMessage(message, sight, warn)) }
}

function showMessage(message: Message, sight: Sight, warn: Warn): Message {
  switch (message.role) {
    case 'system':
      return message
    case 'user':
      return { role: 'user', content: message.content.map((part) => showUserPart(part, sight, warn)) }
    case 'assistant':
      return { role: 'assistant', content: message.content.map((part) => showAssistantPart(part, sight, warn)) }
    case 'tool':
      return { role: 'tool', content: message.content.map((result) => showResult(result, sight, warn)) }
  }
}

function showUserPart(part: UserPart, sight: Sight, warn: Warn): UserPart {
  if (part.type === 'file') return showFile(part, sight, warn)
  return part.type === 'opaque' ? showOpaque(part, sight, warn) : part
}

const nothing = { images: false, imageUrls: false, documents: false, fileIds: false }

/** No wire takes a file that the assistant wrote. */
function showAssistantPart(part: AssistantPart, sight: Sight, warn: Warn): AssistantPart {
  if (part.type === 'file') return showFile(part, { ...sight, ...nothing }, warn)
  return part.type === 'opaque' ? showOpaque(part, sight, warn) : part
}

function showResult(result: ToolResultPart, sight: Sight, warn: Warn): ToolResultPart {
  const content = result.content.map((part) => showUserPart(part, sight, warn))
  return { ...result, content }
}

function showOpaque(part: OpaquePart, { dialect, kind }: Sight, warn: Warn): OpaquePart | TextPart {
  if (part.dialect === dialect && kind === 'cloud') return part
  warn(`content '${part.kind}' works only at its provider and was replaced by a note`, part.kind)
  return noteOfOpaque(part)
}

function showFile(named: FilePart, sight: Sight, warn: Warn): FilePart | TextPart {
  const part = withBytes(named, sight.fetched)
  const text = textOf(part)
  if (text !== undefined) return { type: 'text', text: titled(part, text) }
  if (isVisible(part, sight)) return part
  // Of an image that is only named nobody knows the type.
  const kind = part.mediaType === 'image/*' ? 'image' : wordOf(part.mediaType)
  return noteOfFile(kind, part.filename, warn)
}

/** A file's name is for the model only, never for a log. */
export function noteOfFile(kind: string, filename: string | undefined, warn: Warn): TextPart {
  warn(`'${kind}' content cannot be shown to this model and was replaced by a note`, kind)
  const name = filename === undefined ? '' : ` '${filename}'`
  return { type: 'text', text: `[${kind}${name} was here, but this model cannot be shown it]` }
}

function withBytes(part: FilePart, fetched: FetchedImages): FilePart {
  const image = part.data.from === 'url' ? fetched.get(part.data.url) : undefined
  return image ? { ...part, mediaType: image.mediaType, data: { from: 'base64', data: image.base64 } } : part
}

function titled({ filename }: FilePart, text: string): string {
  return filename === undefined ? text : `[file '${filename}']\n${text}`
}

function isVisible(part: FilePart, sight: Sight): boolean {
  const { data, mediaType } = part
  if (data.from === 'id') return sight.fileIds
  if (!takesFile(sight.dialect, part)) return false
  if (!mediaType.startsWith('image/')) return sight.documents
  return sight.images && (data.from !== 'url' || sight.imageUrls)
}

const textTypes = /^(text\/|application\/(json|xml|yaml|x-yaml|javascript|typescript|sql|toml|x-sh|csv)\b)/

/** The text that a file carries; `undefined` when it is no text. */
function textOf({ data, mediaType }: FilePart): string | undefined {
  if (data.from === 'text') return data.text
  if (data.from !== 'base64' || !textTypes.test(mediaType)) return undefined
  try {
    const bytes = Uint8Array.from(atob(data.data), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** What a tool of an MCP server gave back, as parts that a model can be shown (MCP: CallToolResult). */
import type { McpResult } from '../ir/answer.ts'
import { exactText } from '../ir/exact-json.ts'
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../ir/json.ts'
import type { FilePart, TextPart } from '../ir/request.ts'

export function readResult(value: JsonValue): McpResult {
  const { content, structuredContent, isError } = objectOf(value)
  const parts = arrayOf(content).map(objectOf).map(readBlock)
  // Servers are to repeat it as a text; those that do not have said nothing else.
  const isTold = structuredContent === undefined || parts.some(({ type }) => type === 'text')
  const told = isTold ? parts : [...parts, textPart(exactText(structuredContent))]
  return { type: 'ran', content: told, isError: isError === true }
}

function readBlock(block: JsonObject): TextPart | FilePart {
  const data = stringOf(block['data'])
  const mediaType = stringOf(block['mimeType'])
  switch (block['type']) {
    case 'text':
      return textPart(stringOf(block['text']) ?? '')
    case 'image':
    case 'audio':
      return data === undefined || mediaType === undefined ? unread(block) : filePart(mediaType, data)
    case 'resource':
      return isObject(block['resource']) ? readResource(block['resource']) : unread(block)
    case 'resource_link':
      return textPart(`[resource ${[block['name'], block['uri']].map((word) => stringOf(word) ?? '').join(' ')}]`)
    default:
      return unread(block)
  }
}

function readResource(resource: JsonObject): TextPart | FilePart {
  const text = stringOf(resource['text'])
  const blob = stringOf(resource['blob'])
  const uri = stringOf(resource['uri']) ?? ''
  if (text !== undefined) return textPart(`[resource ${uri}]\n${text}`)
  const mediaType = stringOf(resource['mimeType']) ?? 'application/octet-stream'
  return blob === undefined ? unread(resource) : filePart(mediaType, blob)
}

function textPart(text: string): TextPart {
  return { type: 'text', text }
}

function filePart(mediaType: string, data: string): FilePart {
  return { type: 'file', mediaType, data: { from: 'base64', data } }
}

/** Told as it is. */
function unread(block: JsonObject): TextPart {
  return textPart(exactText(block))
}

/** IR messages -> Responses input items. Ids are left out: an id of a wrong shape is refused (providers.md 4.5). */
import { compact, isObject, stringOf, type JsonObject } from '../../ir/json.ts'
import type {
  AssistantPart,
  FilePart,
  Message,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
  Warn,
} from '../../ir/request.ts'
import { freeformText } from '../freeform.ts'
import { fitToolId } from '../tool-id.ts'

export function encodeItems(messages: Message[], warn: Warn): JsonObject[] {
  const freeform = freeformCalls(messages)
  const items = messages.flatMap((message): JsonObject[] => {
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
        return message.content.map((result) => encodeResult(result, freeform.get(result.callId), warn))
    }
  })
  return withoutLooseReasoning(items)
}

/** Reasoning without what it led to is refused (providers.md 4.5): what followed it may be a local turn, or left out. */
function withoutLooseReasoning(items: JsonObject[]): JsonObject[] {
  const kept: JsonObject[] = []
  for (const item of items.toReversed()) {
    if (item['type'] !== 'reasoning' || isOfAssistant(kept.at(-1))) kept.push(item)
  }
  return kept.toReversed()
}

function isOfAssistant(item: JsonObject | undefined): boolean {
  const type = stringOf(item?.['type']) ?? ''
  return item?.['role'] === 'assistant' || type === 'reasoning' || type.endsWith('_call')
}

/** Whether a call is freeform, by its id: an output of another kind than its call belongs to none. */
function freeformCalls(messages: Message[]): ReadonlyMap<string, boolean> {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? message.content : []))
  return new Map(calls.flatMap((part) => (part.type === 'tool-call' ? [[part.id, part.freeform === true]] : [])))
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
  const look = isImage ? { type: 'input_image', detail: detail ?? 'auto' } : { type: 'input_file' }
  if (data.from === 'id') return { ...look, file_id: data.id }
  const url = data.from === 'url' ? data.url : `data:${mediaType};base64,${data.data}`
  if (isImage) return { ...look, image_url: url }
  const field = data.from === 'url' ? { file_url: url } : { file_data: url, filename: filename ?? 'document' }
  return { ...look, ...field }
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
      return [encodeCall(part)]
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

function encodeCall({ id, name, namespace, input, freeform, item }: ToolCallPart): JsonObject {
  if (item) return { ...item, call_id: fitToolId(id) }
  const call = compact({ call_id: fitToolId(id), name: namespace?.name ?? name, namespace: namespace?.group })
  if (freeform) return { type: 'custom_tool_call', ...call, input: freeformText(input) }
  return { type: 'function_call', ...call, arguments: input }
}

function outputText(part: TextPart): JsonObject {
  return { type: 'output_text', text: part.text, annotations: [] }
}

function encodeSealed(text: string, seal: { value: string; id?: string }): JsonObject {
  const summary = text === '' ? [] : [{ type: 'summary_text', text }]
  return compact({ type: 'reasoning', id: seal.id, summary, encrypted_content: seal.value })
}

/** There is no mark for a failed call on this wire: it is said in words. */
function encodeResult(result: ToolResultPart, isFreeform: boolean | undefined, warn: Warn): JsonObject {
  if (result.item) return { ...result.item, call_id: fitToolId(result.callId) }
  const content: UserPart[] = result.isError ? [{ type: 'text', text: 'Error:' }, ...result.content] : result.content
  const isText = content.every((part) => part.type === 'text')
  const output = isText
    ? content.map((part) => (part.type === 'text' ? part.text : '')).join(result.isError ? ' ' : '\n\n')
    : content.flatMap((part) => encodePart(part, warn)).filter(isObject)
  const type = (isFreeform ?? result.freeform) ? 'custom_tool_call_output' : 'function_call_output'
  return { type, call_id: fitToolId(result.callId), output }
}

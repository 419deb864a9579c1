/** Responses input items -> IR messages. The other direction stands in encode-items.ts. */
import { exactText } from '../../ir/exact-json.ts'
import { arrayOf, defined, objectOf, stringOf, wordOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type {
  AssistantPart,
  FilePart,
  Message,
  OpaquePart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '../../ir/request.ts'
import { unfold } from '../../ir/unfold.ts'
import { BadRequest } from '../dialect.ts'
import { freeformInput } from '../freeform.ts'
import { decodeUrl } from '../openai-chat/messages.ts'
import { readCompaction, tellSummary } from './compaction.ts'
import { readApprovals, type Approvals } from './mcp-approvals.ts'
import { decodeMcpItem } from './mcp-items.ts'
import type { FlatName } from './namespaces.ts'
import { decodeSearchCall, decodeSearchResult, isSearchedByClient } from './tool-search.ts'
import { localShellName } from './tools.ts'

/** Neighbouring items of one speaker (a message, its reasoning, its calls) are one IR message. */
export function decodeItems(items: JsonValue[], nameOf: FlatName): Message[] {
  const messages: Message[] = []
  const approvals = readApprovals(items.map(objectOf))
  items.forEach((item, at) => {
    for (const message of decodeItem(objectOf(item), at, nameOf, approvals)) append(messages, message)
  })
  return messages
}

function append(messages: Message[], message: Message): void {
  const last = messages.at(-1)
  if (last?.role === 'assistant' && message.role === 'assistant') last.content.push(...message.content)
  else if (last?.role === 'tool' && message.role === 'tool') last.content.push(...message.content)
  else messages.push(message)
}

function decodeItem(item: JsonObject, at: number, nameOf: FlatName, approvals: Approvals): Message[] {
  switch (item['type'] ?? 'message') {
    case 'message':
      return decodeMessage(item, at)
    case 'function_call':
      return [assistant(decodeCall(item, nameOf, stringOf(item['arguments']) ?? '{}'))]
    case 'custom_tool_call':
      return [assistant({ ...decodeCall(item, nameOf, freeformInput(stringOf(item['input']) ?? '')), freeform: true })]
    case 'local_shell_call':
      return [assistant(decodeShellCall(item))]
    case 'tool_search_call':
      return [assistant(isSearchedByClient(item) ? decodeSearchCall(item) : opaque(item))]
    case 'tool_search_output':
      return isSearchedByClient(item)
        ? [{ role: 'tool', content: [decodeSearchResult(item, nameOf)] }]
        : [assistant(opaque(item))]
    case 'function_call_output':
    case 'local_shell_call_output':
      return [{ role: 'tool', content: [decodeResult(item)] }]
    case 'custom_tool_call_output':
      return [{ role: 'tool', content: [{ ...decodeResult(item), freeform: true }] }]
    case 'reasoning':
      return [assistant(decodeReasoning(item))]
    case 'compaction':
      return decodeCompaction(item)
    case 'mcp_call':
      return decodeMcpCall(item)
    case 'mcp_approval_request':
      return approvals.tell(item)
    // What they say is about the request as a whole (request.ts).
    case 'mcp_list_tools':
    case 'mcp_approval_response':
    case 'additional_tools':
    case 'configuration_update':
    case 'compaction_trigger':
      return []
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

function decodeMessage(item: JsonObject, at: number): Message[] {
  const content = decodeContent(item['content'])
  switch (item['role']) {
    case 'system':
    case 'developer':
      return decodeSystem(content)
    case 'user':
      return [{ role: 'user', content }]
    case 'assistant':
      return [{ role: 'assistant', content }]
    default:
      throw new BadRequest(`input[${at}].role`, "must be one of 'user', 'assistant', 'system', 'developer'")
  }
}

/** Nobody else takes anything but text there: the rest comes from the user. */
function decodeSystem(content: UserPart[]): Message[] {
  const texts = content.filter((part) => part.type === 'text')
  const rest = content.filter((part) => part.type !== 'text')
  const said: Message[] = texts.length === 0 && rest.length > 0 ? [] : [{ role: 'system', content: texts }]
  return rest.length === 0 ? said : [...said, { role: 'user', content: rest }]
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
  // `auto` has to be written on this wire where there is no wish.
  const detail = part['detail'] === 'auto' ? undefined : stringOf(part['detail'])
  const rest = defined({ filename: stringOf(part['filename']), detail })
  if (url !== undefined) return { ...decodeUrl(url, mediaType), ...rest }
  return id === undefined ? undefined : { type: 'file', mediaType, data: { from: 'id', id }, ...rest }
}

function decodeCall(item: JsonObject, nameOf: FlatName, input: string): ToolCallPart {
  const name = stringOf(item['name']) ?? ''
  const group = stringOf(item['namespace'])
  const namespace = group === undefined ? undefined : { group, name }
  return {
    type: 'tool-call',
    id: stringOf(item['call_id']) ?? '',
    name: nameOf(name, group),
    input,
    ...defined({ namespace }),
  }
}

function decodeMcpCall(item: JsonObject): Message[] {
  const part = decodeMcpItem(item)
  return part ? unfold([part]) : []
}

function decodeShellCall(item: JsonObject): ToolCallPart {
  const { type: _, ...action } = objectOf(item['action'])
  const id = stringOf(item['call_id']) ?? stringOf(item['id']) ?? ''
  return { type: 'tool-call', id, name: localShellName, input: exactText(action) }
}

/** The output of a local shell names its call by `id`. */
function decodeResult(item: JsonObject): ToolResultPart {
  const content = decodeContent(item['output'])
  const callId = stringOf(item['call_id']) ?? stringOf(item['id']) ?? ''
  return { type: 'tool-result', callId, content, isError: false }
}

/** A summary of Trooper's own can be read; a provider's is sealed. */
function decodeCompaction(item: JsonObject): Message[] {
  const own = readCompaction(item)
  if (own === undefined) return [assistant(opaque(item))]
  const summary: Message = { role: 'user', content: [{ type: 'text', text: tellSummary(own.summary) }] }
  return [...own.earlier.map((sealed) => assistant(opaque(sealed))), summary]
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

/** IR -> Ollama `/api/chat` requests (local-engines.md 1.1, 1.7). */
import { compact, objectOf, parseJson, wordOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type {
  AssistantPart,
  ChatRequest,
  FilePart,
  Message,
  Output,
  Reasoning,
  Sampling,
  TextPart,
  Tool,
  ToolCallPart,
  ToolResultPart,
  UserPart,
  Warn,
} from '../../ir/request.ts'

/** `extras.ollama` carries what the engine decides: `truncate`, `shift`, `keep_alive`, `options.num_ctx`. */
export function encodeRequest(request: ChatRequest, warn: Warn): JsonObject {
  const extras = objectOf(request.extras.ollama)
  const tools = request.toolChoice.type === 'none' ? [] : request.tools.flatMap((tool) => encodeTool(tool, warn))
  if (request.toolChoice.type === 'required' || request.toolChoice.type === 'tool') {
    warn(`tool choice '${request.toolChoice.type}' cannot be forced on Ollama; the model decides`)
  }
  return {
    ...extras,
    ...compact({
      model: request.model,
      messages: encodeMessages(request.messages, warn),
      stream: request.stream,
      tools: tools.length === 0 ? undefined : tools,
      think: encodeThink(request.reasoning),
      format: encodeFormat(request.output),
      options: { ...encodeOptions(request.sampling), ...objectOf(extras['options']) },
    }),
  }
}

/** `false` is safe on every model; `true` is a 400 on one that cannot think, and thinking models think by themselves. */
function encodeThink(reasoning: Reasoning | undefined): boolean | undefined {
  return reasoning?.effort === 'none' ? false : undefined
}

function encodeFormat(output: Output): JsonValue | undefined {
  return output.type === 'json' ? (output.schema ?? 'json') : undefined
}

function encodeOptions(sampling: Sampling): JsonObject {
  return compact({
    num_predict: sampling.maxOutputTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    seed: sampling.seed,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    stop: sampling.stopSequences.length === 0 ? undefined : sampling.stopSequences,
  })
}

function encodeTool(tool: Tool, warn: Warn): JsonObject[] {
  if (tool.type === 'opaque') {
    warn(`tool '${tool.kind}' works only at its provider and was left out`)
    return []
  }
  const { name, description, inputSchema } = tool
  return [{ type: 'function', function: compact({ name, description, parameters: inputSchema }) }]
}

/** Content is a string on this wire, never parts; results stand one a message. */
function encodeMessages(messages: Message[], warn: Warn): JsonObject[] {
  let calls: ToolCallPart[] = []
  return messages.flatMap((message): JsonObject[] => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: joinTexts(message.content) }]
      case 'user':
        return [encodeUser(message.content, warn)]
      case 'assistant':
        calls = message.content.filter((part): part is ToolCallPart => part.type === 'tool-call')
        return [encodeAssistant(message.content, warn)]
      case 'tool':
        return inOrderOfCalls(message.content, calls).map((result) => encodeResult(result, calls, warn))
    }
  })
}

function joinTexts(parts: readonly (UserPart | AssistantPart)[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
}

function encodeUser(content: UserPart[], warn: Warn): JsonObject {
  const files = content.filter((part): part is FilePart => part.type === 'file')
  const texts = content.map((part): TextPart => (part.type === 'text' ? part : noteOf(part, warn)))
  return withImages({ role: 'user', content: joinTexts(texts.filter((part) => part.text !== '')) }, files)
}

/** What a string cannot hold is said in words, so that the model knows that something was there. A file's name is for the model only. */
function noteOf(part: Exclude<UserPart, TextPart>, warn: Warn): TextPart {
  if (part.type === 'file' && part.data.from === 'text') return { type: 'text', text: part.data.text }
  if (part.type === 'file' && isInlineImage(part)) return { type: 'text', text: '' }
  const kind = part.type === 'file' ? wordOf(part.mediaType) : part.kind
  warn(`'${kind}' content cannot be shown to the local model and was replaced by a note`)
  const name = part.type === 'file' && part.filename !== undefined ? ` '${part.filename}'` : ''
  return { type: 'text', text: `[${kind}${name}: cannot be shown to this model]` }
}

function isInlineImage(part: FilePart): boolean {
  return part.data.from === 'base64' && part.mediaType.startsWith('image/')
}

function withImages(message: JsonObject, files: FilePart[]): JsonObject {
  const images = files.flatMap((file) => (file.data.from === 'base64' && isInlineImage(file) ? [file.data.data] : []))
  return images.length === 0 ? message : { ...message, images }
}

function encodeAssistant(content: AssistantPart[], warn: Warn): JsonObject {
  const calls = content.filter((part): part is ToolCallPart => part.type === 'tool-call').map(encodeCall)
  for (const part of content) {
    if (part.type === 'opaque') warn(`content '${part.kind}' works only at its provider and was left out`)
  }
  return compact({ role: 'assistant', content: joinTexts(content), tool_calls: calls.length === 0 ? undefined : calls })
}

function encodeCall({ id, name, input }: ToolCallPart, index: number): JsonObject {
  return { id, function: { index, name, arguments: objectOf(parseJson(input)) } }
}

/** Most templates ignore ids: a result belongs to the call in whose order it comes (local-engines.md 1.7). */
function inOrderOfCalls(results: ToolResultPart[], calls: readonly ToolCallPart[]): ToolResultPart[] {
  const place = (result: ToolResultPart): number => {
    const at = calls.findIndex((call) => call.id === result.callId)
    return at === -1 ? calls.length : at
  }
  return [...results].sort((a, b) => place(a) - place(b))
}

function encodeResult(result: ToolResultPart, calls: readonly ToolCallPart[], warn: Warn): JsonObject {
  const { content, images } = encodeUser(result.content, warn)
  const name = result.toolName ?? calls.find((call) => call.id === result.callId)?.name
  return compact({ role: 'tool', content, images, tool_call_id: result.callId, tool_name: name })
}

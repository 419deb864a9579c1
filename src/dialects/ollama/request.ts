/** IR -> Ollama `/api/chat` requests (local-engines.md 1.1, 1.7). */
import { compact, objectOf, parseJson, type JsonObject, type JsonValue } from '../../ir/json.ts'
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

/** Content is a string on this wire, never parts; results stand one a message, in the order of the calls. */
function encodeMessages(messages: Message[], warn: Warn): JsonObject[] {
  return messages.flatMap((message): JsonObject[] => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: joinTexts(message.content) }]
      case 'user':
        return [encodeUser(message.content, warn)]
      case 'assistant':
        return [encodeAssistant(message.content, warn)]
      case 'tool':
        return message.content.map((result) => encodeResult(result, warn))
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

/** What a string cannot hold is said in words, so that the model knows that something was there. */
function noteOf(part: Exclude<UserPart, TextPart>, warn: Warn): TextPart {
  if (part.type === 'file' && part.data.from === 'text') return { type: 'text', text: part.data.text }
  if (part.type === 'file' && isInlineImage(part)) return { type: 'text', text: '' }
  const what = part.type === 'file' ? `${part.filename ?? part.mediaType} attachment` : part.kind
  warn(`'${what}' cannot be shown to the local model and was replaced by a note`)
  return { type: 'text', text: `[${what}: cannot be shown to this model]` }
}

function isInlineImage(part: FilePart): boolean {
  return part.data.from === 'base64' && part.mediaType.startsWith('image/')
}

function withImages(message: JsonObject, files: FilePart[]): JsonObject {
  const images = files.flatMap((file) => (file.data.from === 'base64' && isInlineImage(file) ? [file.data.data] : []))
  return images.length === 0 ? message : { ...message, images }
}

function encodeAssistant(content: AssistantPart[], warn: Warn): JsonObject {
  const calls = content.flatMap((part, index) =>
    part.type === 'tool-call'
      ? [{ id: part.id, function: { index, name: part.name, arguments: objectOf(parseJson(part.input)) } }]
      : [],
  )
  for (const part of content) {
    if (part.type === 'opaque') warn(`content '${part.kind}' works only at its provider and was left out`)
  }
  return compact({ role: 'assistant', content: joinTexts(content), tool_calls: calls.length === 0 ? undefined : calls })
}

function encodeResult(result: ToolResultPart, warn: Warn): JsonObject {
  const { content, images } = encodeUser(result.content, warn)
  return compact({ role: 'tool', content, images, tool_call_id: result.callId, tool_name: result.toolName })
}

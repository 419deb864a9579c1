/** IR -> Ollama `/api/chat` requests (local-engines.md 1.1, 1.7). */
import { compact, objectOf, wordOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import type {
  AssistantPart,
  ChatRequest,
  FunctionTool,
  Message,
  Output,
  Reasoning,
  Sampling,
  Tool,
  ToolCallPart,
  ToolResultPart,
  UserPart,
  Warn,
} from '../../ir/request.ts'
import { argumentsObject } from '../arguments.ts'
import { reduceSchema } from './tool-schema.ts'

/** `extras.ollama` carries what the engine decides: `truncate`, `shift`, `keep_alive`, `think`, `options.num_ctx`. */
export function encodeRequest(request: ChatRequest, warn: Warn): JsonObject {
  const extras = withoutProbabilities(objectOf(request.extras.ollama), warn)
  if (request.userId !== undefined) warn("the user's id means nothing to Ollama and was left out")
  const tools = offeredTools(request, warn).map((tool) => encodeTool(tool, warn))
  return {
    ...extras,
    ...compact({
      model: request.model,
      messages: encodeMessages(request.messages, warn),
      stream: request.stream,
      tools: tools.length === 0 ? undefined : tools,
      think: extras['think'] ?? encodeThink(request.reasoning),
      format: encodeFormat(request.output),
      options: { ...encodeOptions(request.sampling), ...objectOf(extras['options']) },
    }),
  }
}

/** An answer has no place for them on its way through the IR. */
function withoutProbabilities(extras: JsonObject, warn: Warn): JsonObject {
  const { logprobs, top_logprobs, ...rest } = extras
  if (logprobs === true || top_logprobs !== undefined)
    warn('the probabilities of tokens cannot be told and were not asked for')
  return rest
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

/** This wire has no tool choice: a named tool is offered alone, and whether the model calls one is up to it. */
function offeredTools({ tools, toolChoice, parallelToolCalls }: ChatRequest, warn: Warn): FunctionTool[] {
  if (toolChoice.type === 'none' || tools.length === 0) return []
  const known = tools.filter((tool) => isFunction(tool, warn))
  if (parallelToolCalls === false) warn('several tool calls at once cannot be forbidden on Ollama')
  if (toolChoice.type === 'auto') return known
  warn(`tool choice '${toolChoice.type}' cannot be forced on Ollama; the model decides`)
  return toolChoice.type === 'tool' ? known.filter(({ name }) => name === toolChoice.name) : known
}

function isFunction(tool: Tool, warn: Warn): tool is FunctionTool {
  if (tool.type === 'opaque') warn(`tool '${tool.kind}' works only at its provider and was left out`)
  return tool.type === 'function'
}

function encodeTool({ name, description, inputSchema }: FunctionTool, warn: Warn): JsonObject {
  const parameters = reduceSchema(inputSchema, warn)
  return { type: 'function', function: compact({ name, description, parameters }) }
}

/** Content is a string on this wire, never parts; results stand one a message. */
function encodeMessages(messages: Message[], warn: Warn): JsonObject[] {
  let calls: ToolCallPart[] = []
  const lastUser = messages.findLastIndex((message) => message.role === 'user')
  return messages.flatMap((message, at): JsonObject[] => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: message.content.map(({ text }) => text).join('\n\n') }]
      case 'user':
        return [{ role: 'user', ...encodeContent(message.content, warn) }]
      case 'assistant':
        calls = message.content.filter((part): part is ToolCallPart => part.type === 'tool-call')
        return [encodeAssistant(message.content, at > lastUser, warn)]
      case 'tool':
        return encodeResults(message.content, calls, warn)
    }
  })
}

/** The text and the images of what a user or a tool said. */
function encodeContent(content: readonly UserPart[], warn: Warn): { content: string; images?: string[] } {
  const texts: string[] = []
  const images: string[] = []
  for (const part of content) {
    const image = imageIn(part)
    if (image !== undefined) images.push(image)
    else texts.push(textOf(part, warn))
  }
  const text = texts.filter((one) => one !== '').join('\n\n')
  return images.length === 0 ? { content: text } : { content: text, images }
}

/** What a string cannot hold is said in words, so that the model knows that something was there. A file's name is for the model only. */
function textOf(part: UserPart, warn: Warn): string {
  if (part.type === 'text') return part.text
  if (part.type === 'file' && part.data.from === 'text') return part.data.text
  const kind = part.type === 'file' ? wordOf(part.mediaType) : part.kind
  warn(`'${kind}' content cannot be shown to the local model and was replaced by a note`)
  const name = part.type === 'file' && part.filename !== undefined ? ` '${part.filename}'` : ''
  return `[${kind}${name}: cannot be shown to this model]`
}

/** As base64. */
function imageIn(part: UserPart): string | undefined {
  if (part.type !== 'file' || part.data.from !== 'base64') return undefined
  return part.mediaType.startsWith('image/') ? part.data.data : undefined
}

/** Earlier reasoning is of use only while its turn lasts, between the calls of a tool loop; templates drop the rest themselves. */
function encodeAssistant(content: AssistantPart[], isPresentTurn: boolean, warn: Warn): JsonObject {
  const texts: string[] = []
  const thoughts: string[] = []
  const calls: JsonObject[] = []
  for (const part of content) {
    if (part.type === 'text') texts.push(part.text)
    else if (part.type === 'tool-call') calls.push(encodeCall(part, calls.length))
    else if (part.type === 'opaque') warn(`content '${part.kind}' works only at its provider and was left out`)
    else if (part.type === 'reasoning' && isPresentTurn) thoughts.push(part.text)
  }
  const thinking = thoughts.join('\n\n')
  return compact({
    role: 'assistant',
    content: texts.join('\n\n'),
    thinking: thinking === '' ? undefined : thinking,
    tool_calls: calls.length === 0 ? undefined : calls,
  })
}

/** Arguments are an object here; written with `exactText`. */
function encodeCall({ id, name, input }: ToolCallPart, index: number): JsonObject {
  return { id, function: { index, name, arguments: argumentsObject(input) } }
}

/** Most templates ignore ids: a result belongs to the call in whose order it comes (local-engines.md 1.7). */
function encodeResults(results: ToolResultPart[], calls: readonly ToolCallPart[], warn: Warn): JsonObject[] {
  const places = new Map<string, { at: number; name: string }>()
  for (const [at, { id, name }] of calls.entries()) if (!places.has(id)) places.set(id, { at, name })
  const place = ({ callId }: ToolResultPart): number => places.get(callId)?.at ?? calls.length
  return [...results]
    .sort((a, b) => place(a) - place(b))
    .map((result) => encodeResult(result, places.get(result.callId)?.name, warn))
}

/** There is no mark for a failed call on this wire: it is said in words. */
function encodeResult(result: ToolResultPart, callName: string | undefined, warn: Warn): JsonObject {
  const { content, images } = encodeContent(result.content, warn)
  return compact({
    role: 'tool',
    content: result.isError ? `Error: ${content}` : content,
    images,
    tool_call_id: result.callId,
    tool_name: result.toolName ?? callName,
  })
}

/**
 * A conversation request in no dialect: what every wire format is decoded into and encoded from.
 * The words are those of the Vercel AI SDK specification (style-anchors.md 5).
 */
import type { JsonObject, JsonValue } from './json.ts'
import type { McpWishes } from './mcp.ts'

export type DialectName = 'anthropic' | 'openai-chat' | 'openai-responses' | 'ollama'

export interface ChatRequest {
  /** As the client wrote it; routing maps it to a target's model. */
  model: string
  stream: boolean
  messages: Message[]
  tools: Tool[]
  toolChoice: ToolChoice
  parallelToolCalls?: boolean
  sampling: Sampling
  reasoning?: Reasoning
  output: Output
  userId?: string
  /** So many answers, where the client wants several of them (Chat Completions `n`). */
  choices?: number
  /** Chat Completions: the client asked for the usage chunk of a stream. */
  includeUsage?: boolean
  /** Tools that whoever answers runs itself. */
  mcp?: McpWishes
  /**
   * The client wants the conversation made short instead of an answer to it: as one item (Codex's `compaction_trigger`, real-clients.md 3),
   * or as the input that it goes on with (`/responses/compact`).
   */
  compaction?: 'item' | 'input'
  /** Fields nobody modelled, by the dialect they came from; re-emitted only in that dialect. */
  extras: Extras
  /** What an answer in the client's dialect repeats of the request, as it came (Responses). */
  echo?: JsonObject
}

type Extras = { [D in DialectName]?: JsonObject }

export type Message =
  | { role: 'system'; content: TextPart[] }
  | { role: 'user'; content: UserPart[] }
  | { role: 'assistant'; content: AssistantPart[] }
  | { role: 'tool'; content: ToolResultPart[] }

export type UserPart = TextPart | FilePart | OpaquePart
export type AssistantPart = TextPart | FilePart | ReasoningPart | ToolCallPart | OpaquePart

export interface TextPart {
  type: 'text'
  text: string
  cache?: CacheHint
  citations?: JsonValue[]
}

/** A provider's prompt-cache mark, verbatim (Anthropic `cache_control`). */
export type CacheHint = JsonObject

export interface FilePart {
  type: 'file'
  mediaType: string
  data: FileData
  filename?: string
  detail?: string
  cache?: CacheHint
}

/** `url` stays a string: re-serialising a signed URL can break its signature. */
export type FileData =
  | { from: 'base64'; data: string }
  | { from: 'url'; url: string }
  | { from: 'id'; id: string }
  | { from: 'text'; text: string }

export interface ReasoningPart {
  type: 'reasoning'
  text: string
  seal?: Seal
}

/** A provider's proof that a reasoning block is its own: opaque, verbatim, for the same dialect only (providers.md 4.1, 4.5). */
export interface Seal {
  dialect: DialectName
  kind: 'signature' | 'redacted' | 'encrypted'
  value: string
  id?: string
}

export interface ToolCallPart {
  type: 'tool-call'
  id: string
  name: string
  /** Raw JSON text: key order and big numbers survive. */
  input: string
  /** A call of a {@link FunctionTool.freeform} tool: `input` is `{"input": <the text>}`. */
  freeform?: true
  namespace?: ToolNamespace
  /** As Responses has it, where the other fields do not say all of it. */
  item?: JsonObject
  cache?: CacheHint
}

export interface ToolResultPart {
  type: 'tool-result'
  callId: string
  toolName?: string
  content: UserPart[]
  isError: boolean
  /** The result of a {@link ToolCallPart.freeform} call. */
  freeform?: true
  /** It came within the answer: no client had to bring it. */
  isWithin?: true
  /** As Responses has it, where the other fields do not say all of it. */
  item?: JsonObject
  cache?: CacheHint
}

/** A block or item that is not modelled (server tools, provider-side items): passed on in its own dialect, else dropped with a warning. */
export interface OpaquePart {
  type: 'opaque'
  dialect: DialectName
  kind: string
  value: JsonObject
}

export type Tool = FunctionTool | OpaqueTool

export interface FunctionTool {
  type: 'function'
  /** Unique in its request, whatever namespaces the client's dialect has. */
  name: string
  description?: string
  inputSchema: JsonObject
  strict?: boolean
  /**
   * Takes plain text instead of JSON (OpenAI's `custom` tools), of this format and with this description of its own.
   * For models that know only JSON, `inputSchema` has the one string `input`, and `description` explains the format.
   */
  freeform?: { description?: string; format?: JsonObject }
  namespace?: ToolNamespace
  /** A tool that its dialect knows without a schema and its client runs itself: offered and called there in its own form. */
  builtIn?: { dialect: DialectName; kind: string; value: JsonObject }
  cache?: CacheHint
}

/** Where a tool stands in the client's own list (OpenAI's `namespace` tools): the group, and the tool's name in it. */
export interface ToolNamespace {
  group: string
  name: string
  groupDescription?: string
}

interface OpaqueTool {
  type: 'opaque'
  dialect: DialectName
  kind: string
  value: JsonObject
}

export type ToolChoice = { type: 'auto' } | { type: 'none' } | { type: 'required' } | { type: 'tool'; name: string }

export interface Sampling {
  maxOutputTokens?: number
  temperature?: number
  topP?: number
  topK?: number
  seed?: number
  presencePenalty?: number
  frequencyPenalty?: number
  stopSequences: string[]
}

/** Present when the client asked for reasoning, or asked for none of it. */
export interface Reasoning {
  /** The provider's own word: `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`. */
  effort?: string
  budgetTokens?: number
  /** The client wants the model to reason, and not to be shown it (Anthropic `thinking.display`). */
  isHidden?: boolean
}

export type Output = { type: 'text' } | { type: 'json'; schema?: JsonObject; name?: string; strict?: boolean }

/**
 * One thing that could not be carried into a dialect, in a person's words. `content` is set when it was part of the conversation
 * itself: a short word for it (`image/png`), which the client is told too.
 */
export type Warn = (what: string, content?: string) => void

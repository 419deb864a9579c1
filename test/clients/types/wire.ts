/**
 * What Trooper writes on each wire, in the words of the official SDKs' types. Where it departs from them the reason stands beside it;
 * a departure is made no wider than it is.
 */
import type Anthropic from 'anthropic-1'
import type * as Ollama from 'ollama'
import type OpenAI from 'openai-7'

/** The same, with some fields in another form. */
type With<T, Fields> = Omit<T, keyof Fields> & Fields

/**
 * Anthropic leaves out `citations` where there are none, and Vercel's SDK refuses the `null` that the type wants. It leaves out the
 * `caller` of a plain call too; others who speak its API refuse one when it comes back with the history.
 */
type MessagesBlock =
  | Exclude<Anthropic.ContentBlock, Anthropic.TextBlock | Anthropic.ToolUseBlock>
  | Omit<Anthropic.TextBlock, 'citations'>
  | Omit<Anthropic.ToolUseBlock, 'caller'>
  | ServersBlock

/** Of the beta in which a request names MCP servers. A result's texts have no `citations` either. */
type ServersBlock =
  | Anthropic.Beta.BetaMCPToolUseBlock
  | With<Anthropic.Beta.BetaMCPToolResultBlock, { content: Omit<Anthropic.Beta.BetaTextBlock, 'citations'>[] }>
  | Anthropic.Beta.BetaMCPToolListingBlock

export type MessagesAnswer = With<Anthropic.Message, { content: MessagesBlock[] }>

export type MessagesError = Anthropic.ErrorResponse

/** The SDK reads `ping` and `error` itself, so that its type of the events that an app sees lacks them. */
export type MessagesEvent =
  | Exclude<Anthropic.RawMessageStreamEvent, Anthropic.RawMessageStartEvent | Anthropic.RawContentBlockStartEvent>
  | With<Anthropic.RawMessageStartEvent, { message: MessagesAnswer }>
  | With<Anthropic.RawContentBlockStartEvent, { content_block: MessagesBlock }>
  | { type: 'ping' }
  | MessagesError

/** The SDK left these behind with the models that take them: those up to Claude 4.5, and other makers' on the same wire. */
interface WithSampling {
  temperature?: number
  top_p?: number
  top_k?: number
}

export type MessagesRequest = Anthropic.MessageCreateParams & WithSampling

/** Reasoning has no field in OpenAI's own Chat Completions; this is DeepSeek's, which most clients know. */
interface WithReasoning {
  reasoning_content?: string
}

export type ChatAnswer = With<
  OpenAI.Chat.ChatCompletion,
  {
    choices: With<OpenAI.Chat.ChatCompletion.Choice, { message: OpenAI.Chat.ChatCompletionMessage & WithReasoning }>[]
  }
>

export interface ChatError {
  error: OpenAI.ErrorObject
}

/** The SDK throws a chunk with an `error`, so that its type of a chunk lacks it. */
export type ChatEvent =
  | With<
      OpenAI.Chat.ChatCompletionChunk,
      {
        choices: With<
          OpenAI.Chat.ChatCompletionChunk.Choice,
          { delta: OpenAI.Chat.ChatCompletionChunk.Choice.Delta & WithReasoning }
        >[]
      }
    >
  | ChatError

export type ChatRequest = OpenAI.Chat.ChatCompletionCreateParams

/** In an answer a custom call has a status, as any other item; the SDK knows that only of items fetched later. */
type ResponsesItem = OpenAI.Responses.ResponseOutputItem | OpenAI.Responses.ResponseCustomToolCallItem

export type ResponsesAnswer = With<
  // The SDK adds this one itself.
  Omit<OpenAI.Responses.Response, 'output_text'>,
  {
    output: ResponsesItem[]
    /** OpenAI writes `null` while it is unknown. */
    usage: OpenAI.Responses.ResponseUsage | null
    /** OpenAI writes `null` where there is none. */
    user: string | null
    /** OpenAI repeats it. */
    store: boolean
    /** Codex acts on codes that the SDK does not list, `insufficient_quota` and `context_length_exceeded` among them. */
    error: With<OpenAI.Responses.ResponseError, { code: string }> | null
  }
>

/** `name` is wanted by the SDK's version 6, and gone in 7. */
type ResponsesEventAs<E> = E extends { response: OpenAI.Responses.Response }
  ? With<E, { response: ResponsesAnswer }>
  : E extends { item: OpenAI.Responses.ResponseOutputItem }
    ? With<E, { item: ResponsesItem }>
    : E extends OpenAI.Responses.ResponseFunctionCallArgumentsDoneEvent
      ? E & { name: string }
      : E

export type ResponsesEvent = ResponsesEventAs<OpenAI.Responses.ResponseStreamEvent>

export type ResponsesError = ChatError

/** By the SDK's own words everything that the user said comes first; among its items of an answer there is no such message. */
type UserItem = With<OpenAI.Responses.ResponseInputItem.Message, { id: string; role: 'user'; type: 'message' }>

export type CompactedAnswer = With<OpenAI.Responses.CompactedResponse, { output: (ResponsesItem | UserItem)[] }>

/** What the assistant said goes without an id, as Codex sends it: an id of a wrong shape is refused. */
type ResponsesInputItem =
  | OpenAI.Responses.ResponseInputItem
  | Omit<OpenAI.Responses.ResponseOutputMessage, 'id' | 'status'>

export type ResponsesRequest = With<
  OpenAI.Responses.ResponseCreateParamsStreaming | OpenAI.Responses.ResponseCreateParamsNonStreaming,
  { input: ResponsesInputItem[] | string; stream?: boolean | null }
>

/** Ollama's server has an id and an index for each call; the SDK passes them on without knowing them. */
type OllamaCall = With<Ollama.ToolCall, { id?: string; function: Ollama.ToolCall['function'] & { index?: number } }>

type OllamaMessage = With<Ollama.Message, { tool_calls?: OllamaCall[] }>

/** Times, which Ollama leaves out when they are zero, and Trooper does not measure. */
type Unmeasured = 'total_duration' | 'load_duration' | 'prompt_eval_duration' | 'eval_duration'

/** JSON has no `Date`. */
type OllamaEnd<T> = With<Omit<T, Unmeasured | 'message' | 'context'>, { created_at: string; done: true }>

/** Any other line is only the beginning of what the SDK calls an answer. */
interface OllamaLine {
  model: string
  created_at: string
  done: false
}

interface Said {
  message: OllamaMessage
}

/** `/api/generate` says flat what `/api/chat` says in a message; its calls are missing in the SDK. */
interface Generated {
  response: string
  thinking?: string
  tool_calls?: OllamaCall[]
}

export type OllamaAnswer = OllamaEnd<Ollama.ChatResponse> & Said
export type OllamaEvent = (OllamaLine & Said) | OllamaAnswer | OllamaError
export type OllamaError = Ollama.ErrorResponse

export type OllamaGenerateAnswer = OllamaEnd<Ollama.GenerateResponse> & Generated
export type OllamaGenerateEvent = (OllamaLine & Generated) | OllamaGenerateAnswer | OllamaError

/** A result names its call, which some templates use. */
interface OllamaTurn extends OllamaMessage {
  tool_call_id?: string
}

/** Ollama's server can be told not to cut a conversation without a word; the SDK has no field for it. */
interface WithCuts {
  truncate?: boolean
  shift?: boolean
}

export type OllamaRequest = With<Ollama.ChatRequest, { messages: OllamaTurn[] }> & WithCuts

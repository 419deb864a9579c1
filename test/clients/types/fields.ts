/**
 * The fields of a request that Trooper's tests of translation know (test/translation/fields.ts), against those of the official SDKs'
 * types, in both directions: a field that either side has alone has to stand here with the reason.
 */
import type Anthropic from 'anthropic-1'
import type * as Ollama from 'ollama'
import type OpenAI from 'openai-7'
import type {
  chatFields,
  heldElsewhere,
  messagesFields,
  ollamaFields,
  responsesFields,
} from '../../translation/fields.ts'

/** The fields of every member of a union. */
type FieldsOf<T> = T extends unknown ? keyof T & string : never

/** `none`, or the names that are not where they should be. */
type Astray<InSdk extends string, Beyond extends string, Known extends string> = OrNone<
  | `new in the SDK: ${Exclude<InSdk, Known>}`
  | `unknown to the SDK: ${Exclude<Known, InSdk | Beyond>}`
  | `known to the SDK by now: ${Extract<Beyond, InSdk>}`
>
type OrNone<T> = [T] extends [never] ? 'none' : T

type MessagesSdk = FieldsOf<Anthropic.MessageCreateParams | Anthropic.Beta.MessageCreateParams>
type ChatSdk = FieldsOf<OpenAI.Chat.ChatCompletionCreateParams>
type ResponsesSdk = FieldsOf<OpenAI.Responses.ResponseCreateParams>
type OllamaSdk = FieldsOf<Ollama.ChatRequest>

/** Arguments of the SDK's function that are no fields of the body. */
type OutsideTheBody =
  // The header `anthropic-beta`.
  'betas'

/** Fields that the wire has, and the SDK's type does not. */
type MessagesBeyond =
  // For models up to Claude 4.5 and other makers': the SDK left them behind.
  | 'temperature'
  | 'top_p'
  | 'top_k'
  // Vercel's SDK sends it.
  | 'safeguards'
type ChatBeyond =
  // Most compatible servers take it.
  'top_k'
type ResponsesBeyond =
  // Codex sends it.
  'client_metadata'
type OllamaBeyond =
  // In the server's API; the SDK has no field for them.
  'truncate' | 'shift'

export const messages: Astray<
  Exclude<MessagesSdk, OutsideTheBody>,
  MessagesBeyond,
  keyof typeof messagesFields
> = 'none'

export const chat: Astray<ChatSdk, ChatBeyond, keyof typeof chatFields> = 'none'

export const responses: Astray<
  ResponsesSdk,
  ResponsesBeyond,
  keyof typeof responsesFields | (typeof heldElsewhere)[number]
> = 'none'

export const ollama: Astray<OllamaSdk, OllamaBeyond, keyof typeof ollamaFields> = 'none'

// @ts-expect-error A field that only the SDK has does not pass.
export const newInSdk: Astray<'model' | 'theirs', never, 'model'> = 'none'

// @ts-expect-error Nor does one that only Trooper knows.
export const unknownToSdk: Astray<'model', never, 'model' | 'ours'> = 'none'

// @ts-expect-error Nor one whose reason to stand apart has gone.
export const knownByNow: Astray<'model', 'model', 'model'> = 'none'

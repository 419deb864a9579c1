/** What single Chat Completions providers want of a history that holds turns of another model (providers.md 4.6). */
import { arrayOf, isObject, objectOf, stringOf, type JsonObject, type JsonValue } from '../../ir/json.ts'
import { digest } from '../../wire/fit-name.ts'
import { orderRoles } from './strict-roles.ts'

export type Quirk =
  /** Mistral: tool call ids are nine letters and digits. */
  | 'nine-character-ids'
  /** Gemini: a tool call carries a thought signature; a sentinel stands for that of a call from elsewhere. */
  | 'thought-signatures'
  /** DeepSeek: an assistant turn with tool calls carries its reasoning, if only an empty one. */
  | 'reasoning-required'
  /** Mistral: only an answer follows results, instructions stand first, an answer at the end is marked as a beginning. */
  | 'strict-roles'
  /** OpenAI, Groq, Mistral and others: reasoning in a message is an unknown property. */
  | 'reasoning-refused'

/** The request with every message as this provider takes it; the same object when there is nothing to do. */
export function meetQuirks(body: JsonObject, quirks: readonly Quirk[]): JsonObject {
  const messages = arrayOf(body['messages'])
  const ordered = quirks.includes('strict-roles') ? orderRoles(messages) : messages
  const met = ordered.map((message) => quirks.reduce(meetQuirk, message))
  const isSame = met.length === messages.length && met.every((message, at) => message === messages[at])
  return isSame ? body : { ...body, messages: met }
}

function meetQuirk(message: JsonValue, quirk: Quirk): JsonValue {
  if (!isObject(message)) return message
  switch (quirk) {
    case 'nine-character-ids':
      return withShortIds(message)
    case 'thought-signatures':
      return withThoughtSignatures(message)
    case 'reasoning-required':
      return Array.isArray(message['tool_calls']) && message['reasoning_content'] === undefined
        ? { ...message, reasoning_content: '' }
        : message
    case 'reasoning-refused':
      return withoutReasoning(message)
    case 'strict-roles':
      return message
  }
}

function withShortIds(message: JsonObject): JsonObject {
  const id = stringOf(message['tool_call_id'])
  if (id !== undefined) return hasNineCharacters(id) ? message : { ...message, tool_call_id: nineCharacters(id) }
  return mapCalls(message, (call) => {
    const callId = stringOf(call['id']) ?? ''
    return hasNineCharacters(callId) ? call : { ...call, id: nineCharacters(callId) }
  })
}

function hasNineCharacters(id: string): boolean {
  return /^[a-zA-Z0-9]{9}$/.test(id)
}

/** The same nine for the same id, always: call and result stay a pair, from one request to the next. */
function nineCharacters(id: string): string {
  return digest(id).padEnd(9, '0').slice(-9)
}

/** Of calls that Gemini made at once only the first is signed: those stay as they are. */
function withThoughtSignatures(message: JsonObject): JsonObject {
  const [first] = arrayOf(message['tool_calls'])
  return thoughtSignatureOf(objectOf(first)) ? message : mapCalls(message, withThoughtSignature)
}

function thoughtSignatureOf(call: JsonObject): JsonValue | undefined {
  return objectOf(objectOf(call['extra_content'])['google'])['thought_signature']
}

function withThoughtSignature(call: JsonObject): JsonObject {
  const extra = objectOf(call['extra_content'])
  const google = objectOf(extra['google'])
  if (thoughtSignatureOf(call)) return call
  const sentinel = { ...google, thought_signature: 'skip_thought_signature_validator' }
  return { ...call, extra_content: { ...extra, google: sentinel } }
}

function withoutReasoning(message: JsonObject): JsonObject {
  if (message['reasoning_content'] === undefined && message['reasoning'] === undefined) return message
  const { reasoning_content: _, reasoning: __, ...rest } = message
  return rest
}

/** The same message when no call changes. */
function mapCalls(message: JsonObject, change: (call: JsonObject) => JsonObject): JsonObject {
  const calls = arrayOf(message['tool_calls'])
  const changed = calls.map((call) => (isObject(call) ? change(call) : call))
  return changed.some((call, at) => call !== calls[at]) ? { ...message, tool_calls: changed } : message
}

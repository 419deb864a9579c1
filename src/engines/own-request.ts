/** Requests of Trooper's own: to count a conversation, and to warm a model with nothing, or with the beginning of one. */
import { targetDialects } from '../dialects/registry.ts'
import type { JsonObject } from '../ir/json.ts'
import type { ChatRequest, DialectName } from '../ir/request.ts'
import type { Target } from '../routing/target.ts'

const nothing: ChatRequest = {
  model: '',
  stream: false,
  messages: [],
  tools: [],
  toolChoice: { type: 'auto' },
  sampling: { stopSequences: [] },
  output: { type: 'text' },
  extras: {},
}

/** Of a conversation that is only to be read, one token is answered; no server takes less. */
export function onlyPrefix(prefix: ChatRequest | undefined, { model = '' }: Pick<Target, 'model'>): ChatRequest {
  if (!prefix) return { ...nothing, model }
  return { ...prefix, model, stream: false, sampling: { ...prefix.sampling, maxOutputTokens: 1 } }
}

/** What could not be carried is said when the conversation itself is asked. */
export function encodeFor(dialect: DialectName, request: ChatRequest): JsonObject {
  return targetDialects[dialect].encodeRequest(request, () => {})
}

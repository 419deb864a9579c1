/** The three conversation APIs of the fake provider behind one contract. */

import { arrayOf, isObject, type JsonObject, objectOf, stringOf } from '../../src/ir/json.ts'
import type { Answer, Frame } from './answer.ts'
import { checkAnthropicHeaders, checkMessagesRequest } from './check-anthropic.ts'
import { checkChatRequest } from './check-chat.ts'
import { checkResponsesRequest } from './check-responses.ts'
import type { Exchange } from './exchange.ts'
import {
  anthropicErrorBody,
  anthropicErrorFrame,
  anthropicMessage,
  anthropicOkHeaders,
  anthropicStream,
} from './provider-anthropic.ts'
import { chatCompletion, chatErrorBody, chatErrorFrame, chatStream, openaiOkHeaders } from './provider-chat.ts'
import { responseId, responsesBody, responsesErrorFrame, responsesStream } from './provider-responses.ts'
import { Refusal } from './refusal.ts'
import { isSealed, seal, sign, verify } from './signatures.ts'

export interface Conversation {
  /** Throws a `Refusal` for a request the real API would turn away. */
  check(body: JsonObject, exchange: Exchange): void
  whole(answer: Answer, body: JsonObject): JsonObject
  stream(answer: Answer, body: JsonObject): Iterable<Frame>
  okHeaders(answer: Answer): Record<string, string>
  /** An answer that broke off is not kept. */
  forget?(answer: Answer): void
  errorBody: string
  errorFrame: string
}

export const messages: Conversation = {
  check(body, exchange) {
    const headers = anthropicHeaders(exchange)
    checkAnthropicHeaders(headers)
    checkMessagesRequest(body, headers, verify, false)
  },
  whole: (answer, body) => anthropicMessage(answer, (thinking) => sign(thinking, body)),
  stream: (answer, body) => anthropicStream(answer, (thinking) => sign(thinking, body)),
  okHeaders: anthropicOkHeaders,
  errorBody: anthropicErrorBody,
  errorFrame: anthropicErrorFrame,
}

/** `count_tokens` takes the same body less what is about the answer. */
export function checkCountTokens(body: JsonObject, exchange: Exchange): void {
  const headers = anthropicHeaders(exchange)
  checkAnthropicHeaders(headers)
  checkMessagesRequest(body, headers, verify, true)
}

export const chat: Conversation = {
  check: checkChatRequest,
  whole: chatCompletion,
  stream: (answer, body) => chatStream(answer, objectOf(body['stream_options'])['include_usage'] === true),
  okHeaders: openaiOkHeaders,
  errorBody: chatErrorBody,
  errorFrame: chatErrorFrame,
}

/** Answers stay on the server unless the client says `store:false` (providers.md 4.5). */
export class ResponsesConversation implements Conversation {
  readonly okHeaders = openaiOkHeaders
  readonly errorBody = chatErrorBody
  readonly errorFrame = responsesErrorFrame
  readonly #stored = new Map<string, JsonObject>()

  check(body: JsonObject): void {
    checkResponsesRequest(body, {
      callsOf: (id) => this.#callsOf(id),
      holds: (id) => this.#holds(id),
      isSealed,
    })
  }

  whole(answer: Answer, body: JsonObject): JsonObject {
    const response = responsesBody(answer, echo(body))
    if (body['store'] !== false) this.#stored.set(responseId(answer), response)
    return response
  }

  stream(answer: Answer, body: JsonObject): Iterable<Frame> {
    this.whole(answer, body)
    return responsesStream(answer, echo(body))
  }

  /** For `GET /v1/responses/{id}`. */
  stored(id: string): JsonObject {
    const response = this.#stored.get(id)
    if (response === undefined) throw new Refusal(`Response with id '${id}' not found.`, { status: 404 })
    return response
  }

  forget(answer: Answer): void {
    this.#stored.delete(responseId(answer))
  }

  clear(): void {
    this.#stored.clear()
  }

  #holds(itemId: string): boolean {
    return [...this.#stored.values()].some((response) =>
      arrayOf(response['output']).some((item) => objectOf(item)['id'] === itemId),
    )
  }

  #callsOf(id: string): readonly string[] | undefined {
    const response = this.#stored.get(id)
    if (response === undefined) return undefined
    return arrayOf(response['output']).flatMap((item) =>
      isObject(item) && item['type'] === 'function_call' ? [stringOf(item['call_id']) ?? ''] : [],
    )
  }
}

function echo(body: JsonObject) {
  return {
    instructions: stringOf(body['instructions']) ?? null,
    previousResponseId: stringOf(body['previous_response_id']) ?? null,
    store: body['store'] !== false,
    seal,
  }
}

function anthropicHeaders(exchange: Exchange) {
  return { version: exchange.header('anthropic-version'), beta: exchange.header('anthropic-beta') ?? '' }
}

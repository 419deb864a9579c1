/** The conversation APIs of the fake provider behind one contract. */

import { arrayOf, type JsonObject, objectOf } from '../../src/ir/json.ts'
import type { Answer, Frame } from './answer.ts'
import { checkAnthropicHeaders, checkMessagesRequest } from './check-anthropic.ts'
import { checkChatRequest } from './check-chat.ts'
import type { Exchange } from './exchange.ts'
import {
  anthropicErrorBody,
  anthropicErrorFrame,
  anthropicMessage,
  anthropicOkHeaders,
  anthropicStream,
  messageId,
} from './provider-anthropic.ts'
import { chatCompletion, chatErrorBody, chatErrorFrame, chatStream, openaiOkHeaders } from './provider-chat.ts'
import { Signatures } from './signatures.ts'
import { Threads } from './threads.ts'
import type { Vendor } from './vendor.ts'
import { createVendor, type VendorName } from './vendors.ts'

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

/** What this provider sealed since it was last reset. */
export const signatures = new Signatures()
export const threads = new Threads()

export const messages: Conversation = {
  check(body, exchange) {
    const headers = anthropicHeaders(exchange)
    checkAnthropicHeaders(headers)
    checkMessagesRequest(threads.expand(body), headers, verify, false)
  },
  whole: keptMessage,
  stream(answer, body) {
    keptMessage(answer, body)
    return anthropicStream(answer, (thinking) => signatures.sign(thinking, threads.expand(body)))
  },
  okHeaders: anthropicOkHeaders,
  forget: (answer) => threads.forget(messageId(answer)),
  errorBody: anthropicErrorBody,
  errorFrame: anthropicErrorFrame,
}

function keptMessage(answer: Answer, body: JsonObject): JsonObject {
  const whole = threads.expand(body)
  const message = anthropicMessage(answer, (thinking) => signatures.sign(thinking, whole))
  threads.keep(messageId(answer), whole, message['content'] ?? [])
  return message
}

function verify(block: JsonObject, body: JsonObject, index: number, beta: string): string | undefined {
  return signatures.verify(block, body, index, beta)
}

/** `count_tokens` takes the same body less what is about the answer. */
export function checkCountTokens(body: JsonObject, exchange: Exchange): void {
  const headers = anthropicHeaders(exchange)
  checkAnthropicHeaders(headers)
  checkMessagesRequest(body, headers, verify, true)
}

export class ChatConversation implements Conversation {
  readonly okHeaders = openaiOkHeaders
  readonly errorBody = chatErrorBody
  readonly errorFrame = chatErrorFrame
  #name: VendorName | null = null
  #vendor: Vendor | undefined

  /** A vendor remembers what it gave out for as long as it is the same one. */
  speakFor(vendor: VendorName | null): void {
    if (vendor === this.#name) return
    this.#name = vendor
    this.#vendor = vendor === null ? undefined : createVendor(vendor)
  }

  check(body: JsonObject): void {
    this.#vendor?.check(arrayOf(body['messages']).map(objectOf), body)
    checkChatRequest(body)
  }

  whole(answer: Answer): JsonObject {
    return chatCompletion(answer, this.#vendor)
  }

  stream(answer: Answer, body: JsonObject): Iterable<Frame> {
    return chatStream(answer, objectOf(body['stream_options'])['include_usage'] === true, this.#vendor)
  }
}

function anthropicHeaders(exchange: Exchange) {
  return { version: exchange.header('anthropic-version'), beta: exchange.header('anthropic-beta') ?? '' }
}

/** The Responses API, which remembers: its answers stay on the server unless the client says `store:false` (providers.md 4.5). */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'
import type { Answer, Frame } from './answer.ts'
import { checkResponsesRequest, type KnownItem } from './check-responses.ts'
import { Conversations } from './conversations.ts'
import { type Conversation, signatures } from './conversation.ts'
import { chatErrorBody, openaiOkHeaders } from './provider-chat.ts'
import { responseId, responsesBody, responsesErrorFrame, responsesStream } from './provider-responses.ts'
import { Refusal } from './refusal.ts'

export class ResponsesConversation implements Conversation {
  readonly okHeaders = openaiOkHeaders
  readonly errorBody = chatErrorBody
  readonly errorFrame = responsesErrorFrame
  readonly #conversations = new Conversations()
  readonly #stored = new Map<string, JsonObject>()
  /** Every item that was given out, stored or not. */
  readonly #items = new Map<string, KnownItem>()

  check(body: JsonObject): void {
    checkResponsesRequest(body, {
      outputOf: (id) => this.#outputOf(id),
      find: (id) => this.#items.get(id),
      isSealed: (encrypted) => signatures.isSealed(encrypted),
    })
    const conversation = conversationOf(body)
    if (conversation !== undefined) this.#conversations.require(conversation)
  }

  whole(answer: Answer, body: JsonObject): JsonObject {
    const response = responsesBody(answer, echo(body))
    const isStored = body['store'] !== false
    if (isStored) this.#stored.set(responseId(answer), response)
    const conversation = conversationOf(body)
    if (isStored && conversation !== undefined)
      this.#conversations.add(conversation, [...inputOf(body), ...arrayOf(response['output'])])
    this.#remember(response, isStored)
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

  /** For `DELETE /v1/responses/{id}`. */
  delete(id: string): JsonObject {
    this.stored(id)
    this.#stored.delete(id)
    return { id, object: 'response', deleted: true }
  }

  /** For `/v1/conversations` and what is below it. */
  converse(method: string, path: string, body: JsonObject): JsonObject {
    return this.#conversations.answer(method, path, body, (id) => this.#items.get(id))
  }

  /** An answer that it did not end it does not keep. */
  forget(answer: Answer): void {
    this.#stored.delete(responseId(answer))
  }

  clear(): void {
    this.#conversations.clear()
    this.#stored.clear()
    this.#items.clear()
  }

  /** Takes every item in the history of `request` for one of its own. */
  remember(request: JsonObject): void {
    for (const item of arrayOf(request['input']).filter(isObject)) {
      const id = stringOf(item['id'])
      if (id !== undefined) this.#items.set(id, { isStored: false, reasoning: undefined })
    }
  }

  #remember(response: JsonObject, isStored: boolean): void {
    let reasoning: string | undefined
    for (const item of arrayOf(response['output']).filter(isObject)) {
      const id = stringOf(item['id']) ?? ''
      this.#items.set(id, { isStored, reasoning })
      reasoning = item['type'] === 'reasoning' ? id : undefined
    }
  }

  #outputOf(id: string): JsonObject[] | undefined {
    const response = this.#stored.get(id)
    return response && arrayOf(response['output']).map(objectOf)
  }
}

/** By its id, or as an object that has it. */
function conversationOf({ conversation }: JsonObject): string | undefined {
  return stringOf(conversation) ?? stringOf(objectOf(conversation)['id'])
}

function inputOf({ input }: JsonObject): JsonValue[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : arrayOf(input)
}

function echo(body: JsonObject) {
  return {
    instructions: stringOf(body['instructions']) ?? null,
    previousResponseId: stringOf(body['previous_response_id']) ?? null,
    store: body['store'] !== false,
    seal: (thinking: string) => signatures.seal(thinking),
  }
}

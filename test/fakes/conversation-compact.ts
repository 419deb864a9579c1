/** `/v1/responses/compact`: the conversation comes back as what the user said, and one sealed item for all the rest (openai 7.57, `CompactedResponse`). */

import { arrayOf, type JsonObject, objectOf } from '../../src/ir/json.ts'
import type { Answer } from './answer.ts'
import { signatures, type Conversation } from './conversation.ts'
import type { ResponsesConversation } from './conversation-responses.ts'
import { chatErrorBody, createdAt, openaiOkHeaders } from './provider-chat.ts'
import { responsesErrorFrame, responsesUsage } from './provider-responses.ts'
import { Refusal } from './refusal.ts'

const fields = new Set(
  `model input instructions previous_response_id prompt_cache_key prompt_cache_options prompt_cache_retention service_tier`.split(
    ' ',
  ),
)

export class CompactConversation implements Conversation {
  readonly okHeaders = openaiOkHeaders
  readonly errorBody = chatErrorBody
  readonly errorFrame = responsesErrorFrame
  readonly #responses: ResponsesConversation

  constructor(responses: ResponsesConversation) {
    this.#responses = responses
  }

  check(body: JsonObject): void {
    const unknown = Object.keys(body).find((key) => !fields.has(key))
    if (unknown !== undefined)
      throw new Refusal(`Unknown parameter: '${unknown}'.`, { param: unknown, code: 'unknown_parameter' })
    this.#responses.check({ ...body, input: body['input'] ?? [] })
  }

  whole(answer: Answer, { input }: JsonObject): JsonObject {
    const items = typeof input === 'string' ? [{ role: 'user', content: input }] : arrayOf(input).map(objectOf)
    const said = items
      .filter(({ role }) => role === 'user')
      .map(({ content = '' }, at) => ({
        id: `msg_${answer.serial}_${at}`,
        type: 'message',
        status: 'completed',
        role: 'user',
        content: typeof content === 'string' ? [{ type: 'input_text', text: content }] : content,
      }))
    const sealed = { id: `cmp_${answer.serial}`, type: 'compaction', encrypted_content: signatures.seal(answer.text) }
    const response = {
      id: `resp_${answer.serial}`,
      object: 'response.compaction',
      created_at: createdAt,
      output: [...said, sealed],
      usage: responsesUsage(answer),
    }
    this.#responses.remember({ input: response.output })
    return response
  }

  stream(): never {
    throw new Refusal(`Unknown parameter: 'stream'.`, { param: 'stream', code: 'unknown_parameter' })
  }
}

/** Gemini's OpenAI-compatible endpoint: calls come back with the thought signature that they left with (providers.md 4.6). */

import { createHash } from 'node:crypto'
import { type JsonObject, objectOf, stringOf } from '../../src/ir/json.ts'
import { callsOf } from './check-chat-tools.ts'
import { VendorRefusal } from './refusal.ts'
import { refuseCustomTools, type Vendor } from './vendor.ts'

/** What Google documents for calls that another model made. */
const sentinel = 'skip_thought_signature_validator'

export function createGemini(): Vendor {
  const issued = new Set<string>([sentinel])

  const checkCalls = (message: JsonObject, position: number): void => {
    for (const [index, call] of callsOf(message).entries()) {
      const signature = signatureOf(call)
      // Of calls made at once only the first is signed.
      if (signature === undefined && index === 0) {
        const name = stringOf(objectOf(call['function'])['name']) ?? ''
        throw refusal(
          `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\` , position ${position}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
        )
      }
      if (signature !== undefined && !issued.has(signature)) throw refusal('Corrupted thought signature.')
    }
  }

  return {
    check(messages, body) {
      for (const [index, message] of messages.entries()) {
        if (message['reasoning_content'] !== undefined) {
          throw refusal(
            `Invalid JSON payload received. Unknown name "reasoning_content" at 'messages[${index}]': Cannot find field.`,
          )
        }
        checkCalls(message, index)
      }
      refuseCustomTools(body, refusal)
    },
    dress: (call, index) => {
      if (index > 0) return call
      const thought_signature = createHash('sha256').update(JSON.stringify(call)).digest('base64')
      issued.add(thought_signature)
      return { ...call, extra_content: { google: { thought_signature } } }
    },
  }
}

function signatureOf(call: JsonObject): string | undefined {
  return stringOf(objectOf(objectOf(call['extra_content'])['google'])['thought_signature'])
}

/** The endpoint wraps its errors in a list (providers.md 1, table). */
function refusal(message: string): VendorRefusal {
  return new VendorRefusal(message, 400, [{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }])
}

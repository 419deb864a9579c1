/** The providers behind Chat Completions that want more of a request than OpenAI does (providers.md 4.6). */

import { type JsonObject, stringOf } from '../../src/ir/json.ts'
import { callsOf } from './check-chat-tools.ts'
import { Refusal, VendorRefusal } from './refusal.ts'
import { refuseCustomTools, type Vendor } from './vendor.ts'
import { createGemini } from './vendor-gemini.ts'
import { mistral } from './vendor-mistral.ts'

export const vendorNames = ['openai', 'mistral', 'gemini', 'deepseek', 'groq'] as const
export type VendorName = (typeof vendorNames)[number]

const openai: Vendor = {
  check(messages) {
    for (const [index, message] of messages.entries()) {
      const field = reasoningIn(message)
      if (field === undefined) continue
      throw new Refusal(`Additional properties are not allowed ('${field}' was unexpected) - 'messages.${index}'`)
    }
  },
}

/** `developer` is a role of OpenAI's only; a turn with calls carries its reasoning, if only an empty one. */
const deepseek: Vendor = {
  check(messages, body) {
    for (const [index, message] of messages.entries()) {
      if (message['role'] === 'developer') {
        throw deepseekRefusal(
          `Failed to deserialize the JSON body into the target type: messages[${index}].role: unknown variant \`developer\`, expected one of \`system\`, \`user\`, \`assistant\`, \`tool\``,
        )
      }
      if (callsOf(message).length === 0 || typeof message['reasoning_content'] === 'string') continue
      throw deepseekRefusal(
        /-v4/.test(stringOf(body['model']) ?? '')
          ? 'The `reasoning_content` in the thinking mode must be passed back to the API.'
          : `Missing \`reasoning_content\` field in the assistant message at message index ${index}. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls`,
      )
    }
    refuseCustomTools(body, deepseekRefusal)
  },
}

function deepseekRefusal(message: string): VendorRefusal {
  const error = { message, type: 'invalid_request_error', param: null, code: 'invalid_request_error' }
  return new VendorRefusal(message, 400, { error })
}

/** Groq answers with `reasoning`, and takes neither that nor `reasoning_content` back (janhq/jan#8136, karthink/gptel#774). */
const groq: Vendor = {
  reasoningField: 'reasoning',
  check(messages, body) {
    for (const [index, message] of messages.entries()) {
      const field = reasoningIn(message)
      if (field === undefined) continue
      const at = `'messages.${index}'`
      throw groqRefusal(
        `${at} : for 'role:assistant' the following must be satisfied[(${at} : property '${field}' is unsupported)]`,
      )
    }
    refuseCustomTools(body, groqRefusal)
  },
}

function groqRefusal(message: string): VendorRefusal {
  return new VendorRefusal(message, 400, { error: { message, type: 'invalid_request_error' } })
}

function reasoningIn(message: JsonObject): string | undefined {
  return ['reasoning_content', 'reasoning'].find((field) => message[field] !== undefined)
}

const vendors: { readonly [N in VendorName]: () => Vendor } = {
  openai: () => openai,
  mistral: () => mistral,
  gemini: createGemini,
  deepseek: () => deepseek,
  groq: () => groq,
}

export function createVendor(name: VendorName): Vendor {
  return vendors[name]()
}

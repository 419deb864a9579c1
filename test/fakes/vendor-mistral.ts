/** Mistral: ids of nine letters and digits, and roles in a strict order (providers.md 4.6). */

import { createHash } from 'node:crypto'
import { arrayOf, type JsonObject, stringOf } from '../../src/ir/json.ts'
import { callsOf } from './check-chat-tools.ts'
import { VendorRefusal } from './refusal.ts'
import { refuseCustomTools, type Vendor } from './vendor.ts'

/** Which roles may follow which (onyx-dot-app/onyx#6458 and mistral-common, whose rule it is). */
const followers: Readonly<Record<string, readonly string[]>> = {
  system: ['system', 'user', 'assistant'],
  user: ['system', 'user', 'assistant'],
  assistant: ['user', 'assistant', 'tool'],
  tool: ['assistant', 'tool'],
}

export const mistral: Vendor = {
  check(messages, body) {
    for (const [index, message] of messages.entries()) {
      checkIds(message)
      checkRole(message, messages[index - 1])
      checkFields(message, index)
    }
    const last = messages.at(-1)
    if (last?.['role'] === 'assistant' && last['prefix'] !== true) {
      throw order('Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant')
    }
    refuseCustomTools(body, (message) => refusal(message, 'invalid_request_error', '3051'))
  },
  dress: (call) => ({ ...call, id: nineCharacters(stringOf(call['id']) ?? '') }),
}

function nineCharacters(id: string): string {
  return /^[a-zA-Z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9)
}

function checkIds(message: JsonObject): void {
  const ids = [...callsOf(message).map((call) => call['id'] ?? ''), message['tool_call_id']]
    .filter((id) => id !== undefined)
    .map((id) => stringOf(id) ?? '')
  for (const id of ids) {
    if (/^[a-zA-Z0-9]{9}$/.test(id)) continue
    throw refusal(
      `Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`,
      'invalid_function_call',
      '3280',
    )
  }
}

function checkRole(message: JsonObject, before: JsonObject | undefined): void {
  const role = stringOf(message['role']) ?? ''
  const earlier = stringOf(before?.['role'])
  if (!(role in followers)) throw order(`Unexpected role '${role}'`)
  if (earlier !== undefined && !followers[earlier]?.includes(role)) {
    throw order(`Unexpected role '${role}' after role '${earlier}'`)
  }
  const isEmpty = (stringOf(message['content']) ?? '') === '' && arrayOf(message['content']).length === 0
  if (role === 'assistant' && isEmpty && callsOf(message).length === 0) {
    throw refusal(
      'Assistant message must have either content or tool_calls, but not none.',
      'invalid_request_error',
      '3240',
    )
  }
}

/** Fields that nobody knows are refused with the place where they stand. */
function checkFields(message: JsonObject, index: number): void {
  for (const field of ['reasoning_content', 'reasoning', 'extra_content']) {
    const input = message[field]
    if (input === undefined) continue
    const loc = ['body', 'messages', index, 'assistant', field]
    const msg = 'Extra inputs are not permitted'
    const detail = [{ type: 'extra_forbidden', loc, msg, input }]
    throw new VendorRefusal(`${loc.join('.')}: ${msg}`, 422, {
      object: 'error',
      message: { detail },
      type: 'invalid_request_error',
      param: null,
      code: null,
    })
  }
}

function order(message: string): VendorRefusal {
  return refusal(message, 'invalid_request_message_order', '3230')
}

function refusal(message: string, type: string, code: string): VendorRefusal {
  return new VendorRefusal(message, 400, { object: 'error', message, type, param: null, code, raw_status_code: 400 })
}

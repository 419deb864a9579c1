/** Header and body travel as a pair: a beta's field without its `anthropic-beta` value is refused (providers.md 4.1, 4.3). */

import { arrayOf, type JsonObject, objectOf } from '../../src/ir/json.ts'
import { Refusal } from './refusal.ts'
import { bindingBeta } from './signatures.ts'

/** The beginnings of the header values that let a field in (SDK 1.x: the fields that only its beta API has). */
const betasOfFields: Readonly<Record<string, readonly string[]>> = {
  context_management: ['context-management-', 'compact-'],
  mcp_servers: ['mcp-client-'],
  thread: ['message-threads-'],
  fallbacks: ['server-side-fallback-'],
  fallback_credit_token: ['fallback-credit-'],
}

export function checkBetas(body: JsonObject, header: string): void {
  const asked = header.split(',').map((beta) => beta.trim())
  const isOpen = (beginnings: readonly string[]): boolean =>
    asked.some((beta) => beginnings.some((beginning) => beta.startsWith(beginning)))
  for (const [field, beginnings] of Object.entries(betasOfFields)) {
    if (body[field] !== undefined && !isOpen(beginnings)) throw extra(field)
  }
  if (objectOf(body['thinking'])['block_binding'] !== undefined && !isOpen([bindingBeta])) {
    throw extra('thinking.block_binding')
  }
  for (const [index, message] of arrayOf(body['messages']).entries()) {
    for (const [place, block] of arrayOf(objectOf(message)['content']).entries()) {
      const isFallback = objectOf(block)['type'] === 'fallback'
      if (isFallback && !isOpen(['server-side-fallback-'])) throw extra(`messages.${index}.content.${place}.fallback`)
    }
  }
}

function extra(field: string): Refusal {
  return new Refusal(`${field}: Extra inputs are not permitted`)
}

/** What a vendor behind Chat Completions may want beyond the dialect (providers.md 4.6). */

import { arrayOf, type JsonObject, objectOf } from '../../src/ir/json.ts'
import type { Refusal } from './refusal.ts'

export interface Vendor {
  /** Throws for what this vendor refuses although OpenAI's dialect allows it. */
  check(messages: readonly JsonObject[], body: JsonObject): void
  /** A call of its answer as this vendor writes it. */
  dress?(call: JsonObject, index: number): JsonObject
  /** What its answers hold their reasoning in. */
  reasoningField?: string
}

/** Tools that take plain text are OpenAI's only. The sentence is not recorded. */
export function refuseCustomTools(body: JsonObject, refusal: (message: string) => Refusal): void {
  for (const [index, tool] of arrayOf(body['tools']).entries()) {
    if (objectOf(tool)['type'] !== 'function') throw refusal(`tools.${index}.type: value must be 'function'`)
  }
}

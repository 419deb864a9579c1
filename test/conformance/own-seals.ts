/** Seals and ids of a provider that recognises its own by their form, for checks without a conversation before. */
import { stringOf, type JsonObject } from '../../src/ir/json.ts'

const mark = 'gAAAA'

export function ownSeal(thinking: string): string {
  return mark + Buffer.from(thinking).toString('base64url')
}

export function ownId(prefix: string): string {
  return `${prefix}_own`
}

export function isOwnId(id: string): boolean {
  return id.endsWith('_own')
}

export function isOwnSeal(sealed: string): boolean {
  return sealed.startsWith(mark)
}

/** The fault of a thinking block that comes back changed, or was never given out. */
export function faultOfThinking(block: JsonObject): string | undefined {
  if (block['type'] === 'redacted_thinking') return isOwnSeal(stringOf(block['data']) ?? '') ? undefined : 'foreign'
  return block['signature'] === ownSeal(stringOf(block['thinking']) ?? '') ? undefined : 'foreign or edited'
}

/** The seals of a provider: it knows what it sealed, and binds thinking as the real one does (providers.md 4.1, 4.5). */

import { createHash } from 'node:crypto'
import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, stringOf } from '../../src/ir/json.ts'

const invalid = 'Invalid `signature` in `thinking` block'
// The literal of redacted blocks is not recorded; it is modelled on that of the signature.
const invalidRedacted = 'Invalid `data` in `redacted_thinking` block'
const modified =
  '`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.'
const otherConversation =
  'Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block".'

/** The header that lets a request say what happens to blocks of another conversation. */
export const bindingBeta = 'thinking-binding-controls-2026-08-01'
const headerAdvice = `That setting requires the \`${bindingBeta}\` value in the \`anthropic-beta\` header.`

/** A thinking block as it was given out. */
interface Issued {
  thinking: string
  model: string
  /** What it is bound to; absent for models that bind nothing. */
  bound?: { head: string; messages: string[]; thinkingBefore: string[] }
}

export class Signatures {
  readonly #issued = new Map<string, Issued>()
  readonly #sealed = new Set<string>()

  /** Signs thinking that answers `request`; a redacted block's `data` is such a signature too. */
  sign(thinking: string, request: JsonObject): string {
    const model = stringOf(request['model']) ?? ''
    const bound = bindsPrefix(model) ? prefixOf(request, arrayOf(request['messages']).length) : undefined
    const issued: Issued = bound === undefined ? { thinking, model } : { thinking, model, bound }
    const signature = Buffer.from(digest(JSON.stringify(issued)), 'hex').toString('base64')
    this.#issued.set(signature, issued)
    return signature
  }

  /** What is wrong with a thinking block that comes back in message `index`; `undefined` when nothing is. */
  verify(block: JsonObject, request: JsonObject, index: number, beta: string): string | undefined {
    const isRedacted = block['type'] === 'redacted_thinking'
    const issued = this.#issued.get(signatureOf(block))
    if (issued === undefined) return isRedacted ? invalidRedacted : invalid
    if (!isRedacted && block['thinking'] !== issued.thinking) {
      return index === latestAssistant(request) ? modified : invalid
    }
    // What another model thought is not read, and not refused.
    if (issued.bound === undefined || issued.model !== request['model'] || dropsMismatches(request)) return undefined
    return faultOfPrefix(issued.bound, prefixOf(request, index), beta)
  }

  /** Encrypted reasoning of the Responses API starts with `gAAAA`. */
  seal(thinking: string): string {
    const sealed = `gAAAA${digest(thinking)}`
    this.#sealed.add(sealed)
    return sealed
  }

  isSealed(encrypted: string): boolean {
    return this.#sealed.has(encrypted)
  }

  /** Takes every seal in the history of `request` for one of its own. */
  remember(request: JsonObject): void {
    const model = stringOf(request['model']) ?? ''
    arrayOf(request['messages']).forEach((message, index) => {
      const bound = bindsPrefix(model) ? { bound: prefixOf(request, index) } : {}
      for (const block of blocksOf(message).filter(isThinking))
        this.#issued.set(signatureOf(block), { thinking: stringOf(block['thinking']) ?? '', model, ...bound })
    })
    for (const item of arrayOf(request['input'])) {
      const sealed = stringOf(objectOf(item)['encrypted_content'])
      if (sealed !== undefined) this.#sealed.add(sealed)
    }
  }

  clear(): void {
    this.#issued.clear()
    this.#sealed.clear()
  }
}

function signatureOf(block: JsonObject): string {
  return stringOf(block['type'] === 'redacted_thinking' ? block['data'] : block['signature']) ?? ''
}

function latestAssistant(request: JsonObject): number {
  return arrayOf(request['messages']).findLastIndex((message) => objectOf(message)['role'] === 'assistant')
}

/** The models with preserved thinking bind a block to everything before it. */
function bindsPrefix(model: string): boolean {
  return /^claude-(fable-5-[12]|mythos-5-|(opus|sonnet|haiku)-5-5)/.test(model)
}

function dropsMismatches(request: JsonObject): boolean {
  const binding = objectOf(objectOf(request['thinking'])['block_binding'])
  return binding['prefix_mismatch_behavior'] === 'drop_block'
}

type Prefix = NonNullable<Issued['bound']>

function faultOfPrefix(bound: Prefix, prefix: Prefix, beta: string): string | undefined {
  const changed = bound.messages.findIndex((message, index) => message !== prefix.messages[index])
  const isSame = bound.head === prefix.head && changed === -1 && bound.messages.length === prefix.messages.length
  if (isSame && isSuffix(prefix.thinkingBefore, bound.thinkingBefore)) return undefined
  const advice = beta.includes(bindingBeta) ? [] : [headerAdvice]
  const place =
    changed === -1
      ? []
      : [
          `Content that preceded this block when it was created is missing from this request, starting at \`messages.${changed}.content.0\`.`,
        ]
  return [otherConversation, ...advice, ...place].join(' ')
}

/** Earlier thinking may be cut off at the start, but not taken out of the middle, nor put back. */
function isSuffix(thinking: readonly string[], whole: readonly string[]): boolean {
  const from = whole.length - thinking.length
  return from >= 0 && thinking.every((signature, index) => signature === whole[from + index])
}

/** What stands before message `index`. */
function prefixOf(request: JsonObject, index: number): Prefix {
  const before = arrayOf(request['messages']).slice(0, index)
  return {
    head: digest(JSON.stringify(withoutUnbound([request['system'] ?? null, request['tools'] ?? null]))),
    messages: before.map((message) => digest(JSON.stringify(withoutUnbound(asBlocks(message))))),
    thinkingBefore: before.flatMap(blocksOf).filter(isThinking).map(signatureOf),
  }
}

function blocksOf(message: JsonValue): JsonObject[] {
  return arrayOf(objectOf(message)['content']).map(objectOf)
}

/** A string content is the same message as one text block. */
function asBlocks(message: JsonValue): JsonValue {
  if (!isObject(message) || typeof message['content'] !== 'string') return message
  return { ...message, content: [{ type: 'text', text: message['content'] }] }
}

/** Moving `cache_control` and leaving out thinking does not break a binding. */
function withoutUnbound(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.filter((entry) => !(isObject(entry) && isThinking(entry))).map(withoutUnbound)
  }
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => key !== 'cache_control')
  return Object.fromEntries(kept.map(([key, entry]) => [key, withoutUnbound(entry)]))
}

function isThinking(block: JsonObject): boolean {
  return block['type'] === 'thinking' || block['type'] === 'redacted_thinking'
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
